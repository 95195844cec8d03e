import EnergyTransformer
import Foundation

/// Every method with the settings among which the tuning images choose. Sizes are multiples of the trained alpha, lengths
/// multiples of the trained steps' sum.
struct DescentCatalogue {
  private let alpha: Double
  private let total: Double

  /// All methods for a model trained with steps of size alpha, `total` of which it takes in all.
  static func methods(stepSize alpha: Double, total: Double) -> [DescentMethod] {
    let catalogue = DescentCatalogue(alpha: alpha, total: total)
    func both(_ method: (_ safeguarded: Bool) -> DescentMethod) -> [DescentMethod] {
      [method(false), method(true)]
    }
    return [catalogue.plain] + both(catalogue.growing) + [catalogue.momentum] + both(catalogue.nesterov)
      + both(catalogue.barzilaiBorwein) + [catalogue.extrapolated] + both(catalogue.extrapolatedGrowing)
      + both(catalogue.implicit) + [catalogue.anderson]
  }

  private func text(_ value: Double) -> String { String(format: "%.4g", value) }

  /// A step size in the words of a setting.
  private func words(_ size: Double) -> String { "α \(text(size * alpha))" }

  private func method(
    _ key: String, _ label: String, safeguarded: Bool = false,
    _ candidates: [(String, any UpdateRule, any StepSizeRule)]
  ) -> DescentMethod {
    DescentMethod(
      key: safeguarded ? key + "_safeguarded" : key, label: safeguarded ? label + ", safeguarded" : label,
      candidates: candidates.map { DescentCandidate(settings: $0, rule: $1, stepSize: $2) })
  }

  /// All pairs of two settings.
  private func pairs<A, B>(_ first: [A], _ second: [B]) -> [(A, B)] {
    first.flatMap { a in second.map { (a, $0) } }
  }

  private func growth(_ first: Double, _ factor: Double, safeguarded: Bool) -> any StepSizeRule {
    safeguarded
      ? BacktrackingStepSize(from: first * alpha, Backtracking(growth: factor))
      : ScheduledStepSize { first * alpha * pow(factor, Double($0)) }
  }

  private var plain: DescentMethod {
    method(
      "plain", "Plain steps of another size",
      [1, 1.5, 2, 3, 4, 6, 10].map { (words($0), .gradient, .constant($0 * alpha)) })
  }

  private func growing(safeguarded: Bool) -> DescentMethod {
    method(
      "growing", "Growing steps", safeguarded: safeguarded,
      pairs([1, 1.5, 2], [1.1, 1.2, 1.3, 1.5]).map { first, factor in
        (
          "\(words(first)), times \(factor) a step", .gradient,
          growth(first, factor, safeguarded: safeguarded)
        )
      })
  }

  private var momentum: DescentMethod {
    method(
      "heavy_ball", "Heavy ball",
      pairs([1, 1.5, 2, 4, 6], [0.2, 0.5, 0.8]).map { size, momentum in
        ("\(words(size)), momentum \(momentum)", .momentum(momentum), .constant(size * alpha))
      })
  }

  private func nesterov(restarts: Bool) -> DescentMethod {
    method(
      restarts ? "nesterov_restarts" : "nesterov", restarts ? "Nesterov, restarts" : "Nesterov",
      pairs(restarts ? [2, 6] : [1, 1.5, 2, 4, 6], restarts ? [0.5, 0.8] : [0.2, 0.5, 0.8]).map {
        size, momentum in
        (
          "\(words(size)), momentum \(momentum)", .nesterov(momentum, restarts: restarts),
          .constant(size * alpha)
        )
      })
  }

  private func barzilaiBorwein(safeguarded: Bool) -> DescentMethod {
    method(
      "barzilai_borwein", "Barzilai–Borwein", safeguarded: safeguarded,
      pairs([1, 1.5, 3], [BarzilaiBorweinStepSize.Length.long, .short]).map { first, length in
        let sizes = BarzilaiBorweinStepSize(from: first * alpha, length)
        return (
          "\(length), first \(words(first))", .gradient,
          safeguarded ? BacktrackingStepSize(from: sizes) : sizes
        )
      })
  }

  private var extrapolated: DescentMethod {
    method(
      "extrapolated", "Extrapolated gradient",
      pairs([1, 1.25, 1.5, 2, 3], [0.5, 1, 1.5, 2.5]).map { size, extrapolation in
        ("\(words(size)), w \(extrapolation)", .extrapolated(extrapolation), .constant(size * alpha))
      })
  }

  private func extrapolatedGrowing(safeguarded: Bool) -> DescentMethod {
    method(
      "extrapolated_growing", "Extrapolated, growing", safeguarded: safeguarded,
      pairs(pairs([1, 1.5], [1.1, 1.2, 1.3]), [0.5, 1]).map { sizes, extrapolation in
        (
          "\(words(sizes.0)), times \(sizes.1) a step, w \(extrapolation)", .extrapolated(extrapolation),
          growth(sizes.0, sizes.1, safeguarded: safeguarded)
        )
      })
  }

  private func implicit(safeguarded: Bool) -> DescentMethod {
    method(
      "implicit", "Implicit step", safeguarded: safeguarded,
      pairs([0.25, 0.375, 0.5, 0.75, 1, 3], safeguarded ? [1, 0.8] : [0.7, 0.8, 1, 1.2]).map {
        length, share in
        (
          "s \(text(length * total)), α \(share)", .fixedPoint(length: length * total),
          safeguarded ? BacktrackingStepSize(from: share) : ConstantStepSize(share)
        )
      })
  }

  private var anderson: DescentMethod {
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
