import EnergyTransformer
import Reporting

/// Errors of one update near stored patterns, against the bound of theorem 5 for each pattern.
enum TheoremFive {
  private static let dimension = 64
  /// Below this double precision rounds.
  private static let rounding = 1e-13

  static func section(quick: Bool, random: RandomStream) -> PageSection {
    let count = quick ? 100 : 1_000
    let patterns = RandomPatterns.onSphere(count, dimension: dimension, radius: 1, random: random.child(0))
    let separation = PatternSeparation(of: patterns)
    let sweeps = [0.02, 0.1].enumerated().map { index, distance in
      let offsets = RandomPatterns.onSphere(
        count, dimension: dimension, radius: distance, random: random.child(UInt64(index + 1)))
      let betas = quick ? [10, 40.0] : [5, 7, 10, 14, 20, 28, 40, 56, 80, 112, 160]
      let points = betas.map { beta in
        let found = UpdateErrors(
          of: patterns, separation: separation, offsets: offsets, distance: distance, beta: beta)
        return Sweep.Point(
          label: "\(distance), \(Int(beta))", name: "distance_\(Int(100 * distance))_beta_\(Int(beta))",
          x: beta,
          numbers: [
            "update_error": found.medianError, "update_bound": found.medianBound,
            "update_largest_error": found.errors.max() ?? 0,
            "update_largest_ratio": found.largestRatio(rounding: rounding) ?? 0,
            "update_stored": 100 * found.storedShare,
            "violations": Double(found.violationCount(rounding: rounding)),
          ])
      }
      return (distance: distance, sweep: Sweep(points: points))
    }
    let all = Sweep(points: sweeps.flatMap(\.sweep.points))
    let (violations, updates) = (all.total("violations"), all.points.count * count)

    var section = PageSection("One update against theorem 5")
    section.summary = ["theorem5_violations": violations, "theorem5_updates": Double(updates)]
    section.addParagraph(
      "\(count) random patterns on the sphere of radius 1 in \(dimension) dimensions, a state at a distance from each; "
        + "the distance of one softmax update from the pattern, in double precision, beside the bound 2 (N - 1) M exp(-beta "
        + "(Δ - 2 M distance)) of that pattern. Of \(updates) updates **\(Int(violations)) exceed their bound**. "
        + "For small beta it says nothing; errors at \(rounding) and below are rounding.")
    section.addTable(
      "bounds", of: all, "Distance, beta",
      columns: [
        ("Error, median", "update_error", 4), ("Bound, median", "update_bound", 4),
        ("Largest error", "update_largest_error", 4), ("Largest error / bound", "update_largest_ratio", 4),
        ("Stored by theory, %", "update_stored", 1),
      ])
    section.addFigure(
      "update-error.svg",
      LinePlot(
        title: "One update: error and theorem 5", xTitle: "beta", yTitle: "distance from the pattern",
        xScale: .logarithmic, yScale: .logarithmic,
        series: sweeps.flatMap { distance, sweep in
          let label = "error at \(distance)"
          var bound = sweep.series("update_bound", label: "bound", atLeast: 1e-17, isReference: true)
          bound.partner = label
          return [sweep.series("update_error", label: label, atLeast: 1e-17), bound]
        }), caption: "Medians of error and bound against beta")
    return section
  }
}
