import EnergyTransformer
import Foundation

/// Every method with the settings among which the tuning images choose.
extension DescentMethod {
  /// All methods for a model trained with steps of size alpha, `total` of which it takes in all.
  static func all(stepSize alpha: Double, total: Double) -> [DescentMethod] {
    let catalogue = DescentCatalogue(alpha: alpha, total: total)
    return [
      catalogue.plain, catalogue.growing, catalogue.safeguardedGrowing, catalogue.momentum,
      catalogue.nesterov(restarts: false), catalogue.nesterov(restarts: true),
      catalogue.barzilaiBorwein(safeguarded: false), catalogue.barzilaiBorwein(safeguarded: true),
      catalogue.extrapolated, catalogue.extrapolatedGrowing(safeguarded: false),
      catalogue.extrapolatedGrowing(safeguarded: true), catalogue.implicit(safeguarded: false),
      catalogue.implicit(safeguarded: true), catalogue.anderson,
    ]
  }
}

/// Sizes are multiples of the trained alpha, lengths multiples of the trained steps' sum.
private struct DescentCatalogue {
  let alpha: Double
  let total: Double

  private func text(_ value: Double) -> String { String(format: "%.4g", value) }

  private func method(
    _ key: String, _ label: String, _ candidates: [(String, any UpdateRule, any StepSizeRule)]
  ) -> DescentMethod {
    DescentMethod(
      key: key, label: label,
      candidates: candidates.map { DescentCandidate(settings: $0, rule: $1, stepSize: $2) })
  }

  /// All pairs of two settings.
  private func pairs<A, B>(_ first: [A], _ second: [B]) -> [(A, B)] {
    first.flatMap { a in second.map { (a, $0) } }
  }

  var plain: DescentMethod {
    method(
      "plain", "Plain steps of another size",
      [1, 1.5, 2, 3, 4, 6, 10].map { ("α \(text($0 * alpha))", .gradient, .constant($0 * alpha)) })
  }

  private func growth(_ first: Double, _ factor: Double, safeguarded: Bool) -> any StepSizeRule {
    safeguarded
      ? BacktrackingStepSize(from: first * alpha, Backtracking(growth: factor))
      : ScheduledStepSize { first * alpha * pow(factor, Double($0)) }
  }

  private func growing(_ key: String, _ label: String, safeguarded: Bool) -> DescentMethod {
    method(
      key, label,
      pairs([1, 1.5, 2], [1.1, 1.2, 1.3, 1.5]).map { first, factor in
        (
          "α \(text(first * alpha)), times \(factor) a step", .gradient,
          growth(first, factor, safeguarded: safeguarded)
        )
      })
  }

  var growing: DescentMethod { growing("growing", "Growing steps", safeguarded: false) }

  var safeguardedGrowing: DescentMethod {
    growing("growing_safeguarded", "Growing steps, safeguarded", safeguarded: true)
  }

  var momentum: DescentMethod {
    method(
      "heavy_ball", "Heavy ball",
      pairs([1, 1.5, 2, 4, 6], [0.2, 0.5, 0.8]).map { size, momentum in
        ("α \(text(size * alpha)), momentum \(momentum)", .momentum(momentum), .constant(size * alpha))
      })
  }

  func nesterov(restarts: Bool) -> DescentMethod {
    method(
      restarts ? "nesterov_restarts" : "nesterov", restarts ? "Nesterov, restarts" : "Nesterov",
      pairs(restarts ? [2, 6] : [1, 1.5, 2, 4, 6], restarts ? [0.5, 0.8] : [0.2, 0.5, 0.8]).map {
        size, momentum in
        (
          "α \(text(size * alpha)), momentum \(momentum)",
          .nesterov(momentum, restarts: restarts), .constant(size * alpha)
        )
      })
  }

  func barzilaiBorwein(safeguarded: Bool) -> DescentMethod {
    method(
      safeguarded ? "barzilai_borwein_safeguarded" : "barzilai_borwein",
      safeguarded ? "Barzilai–Borwein, safeguarded" : "Barzilai–Borwein",
      pairs([1, 1.5, 3], [BarzilaiBorweinStepSize.Length.long, .short]).map { first, length in
        let sizes = BarzilaiBorweinStepSize(from: first * alpha, length)
        return (
          "\(length), first α \(text(first * alpha))", .gradient,
          safeguarded ? BacktrackingStepSize(from: sizes) : sizes
        )
      })
  }

  var extrapolated: DescentMethod {
    method(
      "extrapolated", "Extrapolated gradient",
      pairs([1, 1.25, 1.5, 2, 3], [0.5, 1, 1.5, 2.5]).map { size, extrapolation in
        (
          "α \(text(size * alpha)), w \(extrapolation)", .extrapolated(extrapolation),
          .constant(size * alpha)
        )
      })
  }

  func extrapolatedGrowing(safeguarded: Bool) -> DescentMethod {
    method(
      safeguarded ? "extrapolated_growing_safeguarded" : "extrapolated_growing",
      safeguarded ? "Extrapolated, growing, safeguarded" : "Extrapolated, growing",
      pairs(pairs([1, 1.5], [1.1, 1.2, 1.3]), [0.5, 1]).map { sizes, extrapolation in
        (
          "α \(text(sizes.0 * alpha)), times \(sizes.1) a step, w \(extrapolation)",
          .extrapolated(extrapolation), growth(sizes.0, sizes.1, safeguarded: safeguarded)
        )
      })
  }

  func implicit(safeguarded: Bool) -> DescentMethod {
    method(
      safeguarded ? "implicit_safeguarded" : "implicit",
      safeguarded ? "Implicit step, safeguarded" : "Implicit step",
      pairs([0.25, 0.375, 0.5, 0.75, 1, 3], safeguarded ? [1, 0.8] : [0.7, 0.8, 1, 1.2]).map {
        length, share in
        (
          "s \(text(length * total)), α \(share)", .fixedPoint(length: length * total),
          safeguarded ? BacktrackingStepSize(from: share) : ConstantStepSize(share)
        )
      })
  }

  var anderson: DescentMethod {
    method(
      "anderson", "Implicit step, Anderson",
      pairs([0.5, 3], [1, 3]).map { length, window in
        (
          "s \(text(length * total)), window \(window)",
          .anderson(length: length * total, window: window), .constant(1)
        )
      })
  }
}
