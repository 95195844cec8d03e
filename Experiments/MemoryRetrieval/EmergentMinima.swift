import EnergyTransformer
import Foundation

/// Minima that nobody stored: where retrieval from many places comes to rest, for kernels with and without an end.
struct EmergentMinima: Finding {
  /// What was found at one beta.
  private struct Point {
    let beta: Double
    /// Different states of rest of the log-sum-ReLU memory, and those of them that are stored patterns.
    let minima: Int, stored: Int
    /// Queries that no pattern reaches.
    let unreached: Int
    /// States of rest around which the energy rises in every direction that was tried.
    let strict: Int
    /// Different states of rest of the memory with Gaussian kernels.
    let smoothMinima: Int
  }

  private let points: [Point]
  private let queryCount: Int
  private static let (dimension, count) = (8, 40)

  init(quick: Bool, random: RandomStream) {
    queryCount = quick ? 60 : 500
    let patterns = RandomPatterns.sphere(Self.count, dimension: Self.dimension, radius: 1, random.child(0))
    let queries = Self.mixtures(patterns, queryCount, random.child(1))
    let around = RandomPatterns.sphere(50, dimension: Self.dimension, radius: 1e-4, random.child(2))
    // From balls that reach everything to balls that reach one pattern.
    let radii = quick ? [1.2, 0.7] : stride(from: 1.6, through: 0.2, by: -0.1).map { $0 }
    points = radii.map { Self.point(patterns, queries, around, beta: 2 / ($0 * $0)) }
  }

  /// Means of three patterns with random weights.
  private static func mixtures(
    _ patterns: Tensor<Double>, _ count: Int, _ random: RandomStream
  ) -> Tensor<Double> {
    var random = random
    let rows = (0..<count).map { _ -> Tensor<Double> in
      let chosen = Array(random.permutation(of: patterns.shape[0]).prefix(3))
      let shares = chosen.map { _ in random.uniform() + 1e-3 }
      let weights = Tensor<Double>(shape: [3, 1], elements: shares.map { $0 / shares.reduce(0, +) })
      return (patterns.gathered(chosen, axis: 0) * weights).sum(axes: [0], keepingDimensions: true)
    }
    return .concatenated(rows, axis: 0)
  }

  private static func point(
    _ patterns: Tensor<Double>, _ queries: Tensor<Double>, _ around: Tensor<Double>, beta: Double
  ) -> Point {
    let memory = LogSumReLUMemory(patterns: patterns, beta: beta)
    var options = RetrievalOptions.updates(1_000)
    let found = memory.retrieve(queries, options: options)
    let rested = found.stopReasons.indices.filter { found.stopReasons[$0] == .converged }
    let minima = different(found.states, rested, within: 1e-9)
    let stored = minima.count { minimum in
      RandomPatterns.distances(patterns, minimum.repeated(to: patterns.shape)).contains { $0 < 1e-9 }
    }
    let strict = minima.count { minimum in
      let lowest = memory.energy(at: minimum).elements[0]
      return memory.energy(at: around + minimum).elements.allSatisfy { $0 > lowest }
    }
    // On a sphere the modern Hopfield network is the memory with Gaussian kernels of the same beta.
    options.stepLimit = 5_000
    options.tolerance = 1e-8
    let smooth = ModernHopfieldNetwork(patterns: patterns, beta: beta).retrieve(queries, options: options)
    return Point(
      beta: beta, minima: minima.count, stored: stored,
      unreached: found.stopReasons.count { $0 == .noMemory }, strict: strict,
      smoothMinima: different(smooth.states, Array(smooth.steps.indices), within: 1e-3).count)
  }

  /// Some rows without those that are no farther than `distance` from one before.
  private static func different(
    _ states: Tensor<Double>, _ rows: [Int], within distance: Double
  ) -> [Tensor<Double>] {
    var kept: [Tensor<Double>] = []
    for row in rows {
      let state = states.sliced(axis: 0, row..<row + 1)
      if !kept.contains(where: { RandomPatterns.distances($0, state)[0] <= distance }) { kept.append(state) }
    }
    return kept
  }

  private func name(_ point: Point) -> String {
    "radius_\(Int((100 * (2 / point.beta).squareRoot()).rounded()))"
  }

  var summary: [String: Double] {
    var summary = [
      "lsr_most_minima": Double(points.map(\.minima).max() ?? 0),
      "lsr_most_emergent": Double(points.map { $0.minima - $0.stored }.max() ?? 0),
      "lse_most_minima": Double(points.map(\.smoothMinima).max() ?? 0),
    ]
    for point in points {
      summary["lsr_beta_\(name(point))"] = point.beta
      summary["lsr_minima_\(name(point))"] = Double(point.minima)
      summary["lsr_stored_\(name(point))"] = Double(point.stored)
      summary["lsr_emergent_\(name(point))"] = Double(point.minima - point.stored)
      summary["lsr_strict_\(name(point))"] = Double(point.strict)
      summary["lsr_unreached_\(name(point))"] = Double(point.unreached)
      summary["lse_minima_\(name(point))"] = Double(point.smoothMinima)
    }
    return summary
  }

  var tables: [TableRecipe] {
    [
      TableRecipe(
        name: "emergent",
        columns: [
          "Radius of a ball", "beta", "States of rest", "stored patterns", "not stored",
          "strict minima among them", "Queries out of reach", "Gaussian kernels: states of rest",
        ],
        rows: points.map { point in
          .init(
            label: String(format: "%.1f", (2 / point.beta).squareRoot()),
            summaryKeys: [
              "lsr_beta", "lsr_minima", "lsr_stored", "lsr_emergent", "lsr_strict", "lsr_unreached",
              "lse_minima",
            ].map { "\($0)_\(name(point))" })
        }, digits: 0, columnDigits: [2, 0, 0, 0, 0, 0, 0])
    ]
  }

  func writeFiles(to folder: String) throws {
    let betas = points.map(\.beta)
    var plot = LinePlot(
      title: "States of rest", xTitle: "beta", yTitle: "different states of rest",
      series: [
        .init(label: "log-sum-ReLU", x: betas, y: points.map { Double($0.minima) }),
        .init(label: "of these stored", x: betas, y: points.map { Double($0.stored) }),
        .init(label: "Gaussian kernels", x: betas, y: points.map { Double($0.smoothMinima) }),
      ])
    plot.xScale = .logarithmic
    plot.references = [.init(label: "patterns stored", y: Double(Self.count))]
    try plot.write(to: "\(folder)/emergent.svg")
  }

  func addSection(to page: inout MarkdownPage, summary: [String: Double]) throws {
    page.addHeading("Memories that nobody stored")
    page.addParagraph(
      "\(Self.count) random patterns on a sphere of radius 1 in \(Self.dimension) dimensions; retrieval from \(queryCount) random "
        + "mixtures of three patterns. The centre of balls that overlap is a minimum of the log-sum-ReLU energy too: at most "
        + "\(Int(summary["lsr_most_emergent"] ?? 0)) states of rest are no stored patterns. Around each, the energy was "
        + "taken at 50 points 10⁻⁴ away; a strict minimum is lower than all of them. With Gaussian kernels of the same beta, "
        + "the same queries find at most \(Int(summary["lse_most_minima"] ?? 0)).")
    try add("emergent", to: &page, summary)
    page.addImage("emergent.svg", caption: "Different states of rest against beta")
  }
}
