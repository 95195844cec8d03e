import Foundations
import Tensors

/// A step size that is shortened for each example until its energy does not rise.
///
/// An example whose energy rises even at the shortest try stays where it is, so the energy of a descent never
/// rises, by construction. Shortened sizes count as constants for differentiation.
///
/// With a growth each example finds its own sizes: they grow by it while its energy falls and are shortened where
/// it would rise (Armijo's search with an expanding first try: Nocedal and Wright, "Numerical optimization",
/// algorithm 3.1 and section 3.5).
///
/// - Cost: One gradient for each try, the last of which is that of the next step.
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
