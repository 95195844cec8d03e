import Tensors

/// A step size that is shortened for each example until its energy does not rise.
///
/// An example whose energy rises even at the shortest try stays where it is, so the energy of a descent never
/// rises, by construction. Shortened sizes count as constants for differentiation.
///
/// - Cost: One evaluation of the energy for each try.
public struct BacktrackingStepSize: StepSizeRule {
  private let initial: Double
  /// How a size is shortened; never nil for this rule.
  public let backtracking: Backtracking?

  /// Tries `initial` first at every step.
  public init(from initial: Double, _ backtracking: Backtracking = Backtracking()) {
    require(initial > 0 && initial.isFinite, "a first step size is positive, not \(initial)")
    self.initial = initial
    self.backtracking = backtracking
  }

  public func size(at step: Int) -> Double { initial }
}

extension StepSizeRule where Self == BacktrackingStepSize {
  /// Tries `initial` first and shortens it for each example until its energy does not rise.
  public static func backtracking(
    from initial: Double, _ backtracking: Backtracking = Backtracking()
  ) -> BacktrackingStepSize {
    BacktrackingStepSize(from: initial, backtracking)
  }
}
