import EnergyTransformer
import Foundation

/// Kinds of fixed points, and the steps to them, as beta rises.
struct FixedPointKinds: Finding {
  /// What was found at one beta for one weighting.
  private struct Point {
    let beta: Double
    /// Shares of global averages, metastable states and single patterns.
    let shares: [Double]
    /// The median number of weights that make 90 %.
    let dominant: Double
    let meanSteps: Double
    /// Retrievals that took all the steps allowed.
    let unsettled: Int
    let largestRadius: Double
  }

  private let curves: [(weighting: MemoryWeighting, points: [Point])]
  private let count: Int, cueCount: Int
  /// Below this beta theory promises one fixed point for all.
  private let globalBeta: Double
  private static let kinds: [(kind: FixedPointKind, name: String, label: String)] = [
    (.globalAverage, "global", "global average"), (.metastable, "metastable", "metastable"),
    (.singlePattern, "single", "single pattern"),
  ]
  private static let stepLimit = 2_000

  init(_ images: ImageSet, quick: Bool) {
    let rows = images.patterns.rows
    count = rows.shape[0]
    let cues = rows.gathered(RandomPatterns.spaced(quick ? 20 : 200, of: rows.shape[0]), axis: 0)
    cueCount = cues.shape[0]
    let centred = rows - rows.mean(axes: [0], keepingDimensions: true)
    globalBeta = 1 / Double(centred.squared().sum(axes: [1]).maximum(axis: 0).scalar)
    let betas = quick ? [1, 10, 200.0] : (0...16).map { pow(2, Double($0) / 2) }
    let cases = MemoryWeighting.allCases.flatMap { weighting in betas.map { (weighting, $0) } }
    let points = CountedWork.map(cases, unit: "betas") { weighting, beta in
      Self.point(
        ModernHopfieldNetwork(patterns: rows, beta: Float(beta), weighting: weighting), cues,
        measuresRadius: weighting == .softmax)
    }
    curves = MemoryWeighting.allCases.enumerated().map { number, weighting in
      (weighting, Array(points[(number * betas.count)..<((number + 1) * betas.count)]))
    }
  }

  private static func point(
    _ network: ModernHopfieldNetwork<Float>, _ cues: Tensor<Float>, measuresRadius: Bool
  ) -> Point {
    var options = RetrievalOptions()
    (options.stepLimit, options.recordsEnergies, options.weightLimit) = (stepLimit, false, 0)
    options.measuresSpectralRadius = measuresRadius
    let found = network.retrieve(cues, options: options)
    let points = found.fixedPoints.compactMap(\.self)
    let dominant = points.compactMap(\.dominantCount).sorted()
    return Point(
      beta: Double(network.beta),
      shares: kinds.map { kind in
        Double(points.count { $0.kind == kind.kind }) / Double(max(1, points.count))
      },
      dominant: Double(dominant.isEmpty ? 0 : dominant[dominant.count / 2]),
      meanSteps: Double(found.steps.reduce(0, +)) / Double(found.steps.count),
      unsettled: found.stopReasons.count { $0 == .stepLimit },
      largestRadius: points.compactMap(\.spectralRadius).max() ?? 0)
  }

  private func name(_ weighting: MemoryWeighting, _ beta: Double) -> String {
    let rounded = (10 * beta).rounded() / 10
    let text = rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    return "\(weighting)_beta_\(text.split(separator: ".").joined(separator: "_"))"
  }

  var summary: [String: Double] {
    var summary = ["kinds_patterns": Double(count), "kinds_global_beta": globalBeta]
    for (weighting, points) in curves {
      for point in points {
        let name = name(weighting, point.beta)
        for (kind, share) in zip(Self.kinds, point.shares) {
          summary["\(kind.name)_\(name)"] = 100 * share
        }
        summary["dominant_\(name)"] = point.dominant
        summary["steps_\(name)"] = point.meanSteps
        summary["unsettled_\(name)"] = Double(point.unsettled)
        if weighting == .softmax { summary["radius_\(name)"] = point.largestRadius }
      }
    }
    return summary
  }

  var tables: [TableRecipe] {
    [
      TableRecipe(
        name: "kinds",
        columns: [
          "beta", "Global average, %", "Metastable, %", "Single pattern, %", "Weights that make 90 %, median",
          "Steps, mean", "Largest spectral radius",
        ],
        rows: (curves.first?.points ?? []).map { point in
          let name = name(.softmax, point.beta)
          return .init(
            label: String(format: "%.3g", point.beta),
            summaryKeys: ["global", "metastable", "single", "dominant", "steps", "radius"].map {
              "\($0)_\(name)"
            })
        }, digits: 1, columnDigits: [1, 1, 1, 0, 1, 3])
    ]
  }

  func writeFiles(to folder: String) throws {
    let betas = curves[0].points.map(\.beta)
    var series = Self.kinds.indices.map { index in
      LinePlot.Series(
        label: Self.kinds[index].label, x: betas, y: curves[0].points.map { $0.shares[index] })
    }
    if let first = betas.first, let last = betas.last, (first...last).contains(globalBeta) {
      var line = LinePlot.Series(
        label: "below: global by theory", x: [globalBeta, globalBeta], y: [0, 1])
      line.isReference = true
      series.append(line)
    }
    var plot = LinePlot(
      title: "Kinds of fixed points", xTitle: "beta", yTitle: "share of retrievals", series: series)
    plot.xScale = .logarithmic
    try plot.write(to: "\(folder)/kinds.svg")
    try plotted("Steps until rest", "steps, mean") { $0.meanSteps }.write(to: "\(folder)/steps.svg")
    try plotted("Patterns in a mixture", "weights that make 90 %, median") { $0.dominant }
      .write(to: "\(folder)/mixture.svg")
  }

  private func plotted(_ title: String, _ yTitle: String, _ value: (Point) -> Double) -> LinePlot {
    var plot = LinePlot(
      title: title, xTitle: "beta", yTitle: yTitle,
      series: curves.map { weighting, points in
        .init(label: "\(weighting)", x: points.map(\.beta), y: points.map { max(1, value($0)) })
      })
    (plot.xScale, plot.yScale) = (.logarithmic, .logarithmic)
    return plot
  }

  func addSection(to page: inout MarkdownPage, summary: [String: Double]) throws {
    page.addHeading("Three kinds of fixed points")
    page.addParagraph(
      "\(count) handwritten digits, centred and of length 1, are stored; retrieval starts from \(cueCount) of them and runs "
        + "until it rests (\(Self.stepLimit) updates at most). A single pattern has 90 % of the weight, a global average "
        + "needs more than half of the patterns for 90 %, what is between is metastable. Theory makes everything a global "
        + "average below beta = 1 / m² = \(String(format: "%.3g", globalBeta)), m being the largest distance of a pattern from "
        + "the mean. The table is for softmax; the spectral radius is that of the update's Jacobian where it rested."
    )
    try add("kinds", to: &page, summary)
    let unsettled = curves.flatMap { curve in
      curve.points.filter { $0.unsettled > 0 }.map {
        "\(curve.weighting) at beta \(String(format: "%.3g", $0.beta)): \($0.unsettled)"
      }
    }
    page.addParagraph(
      unsettled.isEmpty
        ? "Every retrieval came to rest."
        : "Still moving after \(Self.stepLimit) updates: " + unsettled.joined(separator: "; ") + ".")
    page.addImage("kinds.svg", caption: "Kinds of fixed points against beta, softmax")
    page.addImage("mixture.svg", caption: "How many patterns a fixed point mixes, against beta")
    page.addImage("steps.svg", caption: "Updates until rest against beta")
  }
}
