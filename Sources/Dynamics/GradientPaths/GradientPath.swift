/// How derivatives flow back through a descent.
///
/// All paths give the same derivatives, of any order; they differ in time and memory.
public enum GradientPath: Sendable, Equatable {
  /// What each step computed is kept where all steps together take at most `memoryLimit` bytes; otherwise one state a
  /// step is kept and each step computed again on the way back. Without fused kernels, `recomputed` for energies with
  /// closed forms and `unrolled` for others, the faster of the two.
  case automatic(memoryLimit: Int)
  /// Every step stays in the graph: memory grows with all that a step computes.
  case unrolled
  /// One stored state a step; each step is computed again on the way back. Less memory than `unrolled`, and for
  /// energies with closed forms less time.
  case recomputed
  /// The result is a constant for differentiation.
  case detached

  /// Keeps up to a gigabyte.
  public static var automatic: GradientPath { .automatic(memoryLimit: 1 << 30) }
}
