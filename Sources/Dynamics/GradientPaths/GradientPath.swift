/// How derivatives flow back through a descent.
public enum GradientPath: Sendable, Equatable {
  /// Every step stays in the graph: memory grows with all that a step computes. Derivatives of any order.
  case unrolled
  /// One stored state a step; each step is computed again on the way back. Same derivatives, less memory, and for
  /// energies with closed forms less time.
  case recomputed
  /// The result is a constant for differentiation.
  case detached
}
