import EnergyTransformer
import Foundation

/// Errors of one update near stored patterns, against the bound of theorem 5 for each pattern.
struct UpdateErrors: Finding {
  /// What was found at one beta.
  private struct Point {
    let beta: Double
    /// Medians over the patterns.
    let error: Double, bound: Double
    let largestError: Double
    /// The largest error / bound among patterns whose bound is above rounding.
    let largestRatio: Double
    /// Errors above their bounds by more than rounding.
    let violations: Int
    /// Patterns that theory calls stored.
    let stored: Double
  }

  private let points: [[Point]]
  private let count: Int
  private static let dimension = 64
  private static let distances = [0.02, 0.1]
  /// Below this double precision rounds.
  private static let rounding = 1e-13

  init(quick: Bool, random: RandomStream) {
    count = quick ? 100 : 1_000
    let patterns = RandomPatterns.sphere(count, dimension: Self.dimension, radius: 1, random.child(0))
    let separation = PatternSeparation(of: patterns)
    let betas = quick ? [10, 40.0] : [5, 7, 10, 14, 20, 28, 40, 56, 80, 112, 160]
    points = Self.distances.enumerated().map { number, distance in
      let offsets = RandomPatterns.sphere(
        patterns.shape[0], dimension: Self.dimension, radius: distance, random.child(UInt64(number + 1)))
      return betas.map { Self.point(patterns, separation, patterns + offsets, distance, beta: $0) }
    }
  }

  private static func point(
    _ patterns: Tensor<Double>, _ separation: PatternSeparation, _ states: Tensor<Double>,
    _ distance: Double, beta: Double
  ) -> Point {
    let network = ModernHopfieldNetwork(patterns: patterns, beta: beta)
    let bounds = RetrievalBounds(
      beta: beta, patternCount: patterns.shape[0], largestNorm: separation.largestNorm)
    var options = RetrievalOptions.updates(2_000)
    options.tolerance = 1e-12
    let fixed = RandomPatterns.distances(network.retrieve(patterns, options: options).states, patterns)
    let errors = RandomPatterns.distances(network.updated(states), patterns)
    let limits = separation.separations.enumerated().map { index, separation in
      bounds.retrievalError(separation: separation, distance: max(distance, fixed[index]))
    }
    let ratios = zip(errors, limits).filter { $1 > rounding }.map { $0 / $1 }
    return Point(
      beta: beta, error: errors.sorted()[errors.count / 2], bound: limits.sorted()[limits.count / 2],
      largestError: errors.max() ?? 0, largestRatio: ratios.max() ?? 0,
      violations: zip(errors, limits).count { $0 > $1 + rounding },
      stored: Double(separation.separations.count { $0 >= bounds.separationOfStoredPatterns })
        / Double(errors.count))
  }

  private func name(_ distance: Int, _ beta: Double) -> String {
    "distance_\(Int(100 * Self.distances[distance]))_beta_\(Int(beta))"
  }

  var summary: [String: Double] {
    var summary = [
      "theorem5_violations": Double(points.joined().map(\.violations).reduce(0, +)),
      "theorem5_updates": Double(points.joined().count * count),
    ]
    for (distance, row) in points.enumerated() {
      for point in row {
        let name = name(distance, point.beta)
        summary["update_error_\(name)"] = point.error
        summary["update_bound_\(name)"] = point.bound
        summary["update_largest_error_\(name)"] = point.largestError
        summary["update_largest_ratio_\(name)"] = point.largestRatio
        summary["update_stored_\(name)"] = 100 * point.stored
      }
    }
    return summary
  }

  var tables: [TableRecipe] {
    [
      TableRecipe(
        name: "bounds",
        columns: [
          "Distance, beta", "Error, median", "Bound, median", "Largest error", "Largest error / bound",
          "Stored by theory, %",
        ],
        rows: points.enumerated().flatMap { distance, row in
          row.map { point in
            let name = name(distance, point.beta)
            return .init(
              label: "\(Self.distances[distance]), \(Int(point.beta))",
              summaryKeys: ["error", "bound", "largest_error", "largest_ratio", "stored"].map {
                "update_\($0)_\(name)"
              })
          }
        }, digits: 3, columnDigits: [4, 4, 4, 4, 1])
    ]
  }

  func writeFiles(to folder: String) throws {
    let series = points.enumerated().flatMap { distance, row in
      let betas = row.map(\.beta)
      var bound = LinePlot.Series(
        label: "bound at \(Self.distances[distance])", x: betas, y: row.map { max($0.bound, 1e-17) })
      bound.isReference = true
      let error = LinePlot.Series(
        label: "error at \(Self.distances[distance])", x: betas, y: row.map { max($0.error, 1e-17) })
      return [error, bound]
    }
    var plot = LinePlot(
      title: "One update: error and theorem 5", xTitle: "beta", yTitle: "distance from the pattern",
      series: series)
    (plot.xScale, plot.yScale) = (.logarithmic, .logarithmic)
    try plot.write(to: "\(folder)/update-error.svg")
  }

  func addSection(to page: inout MarkdownPage, summary: [String: Double]) throws {
    page.addHeading("One update against theorem 5")
    page.addParagraph(
      "\(count) random patterns on the sphere of radius 1 in \(Self.dimension) dimensions, a state at a distance from each; "
        + "the distance of one softmax update from the pattern, in double precision, beside the bound 2 (N - 1) M exp(-beta "
        + "(Δ - 2 M distance)) of that pattern. Of \(Int(summary["theorem5_updates"] ?? 0)) updates "
        + "**\(Int(summary["theorem5_violations"] ?? 0)) exceed their bound**. For small beta it says nothing; errors at "
        + "\(Self.rounding) and below are rounding.")
    try add("bounds", to: &page, summary)
    page.addImage("update-error.svg", caption: "Medians of error and bound against beta")
  }
}
