/// How a binary Hopfield network learns its patterns.
public enum LearningRule: Sendable, Equatable, CaseIterable {
  /// T = 1/d sum_mu xi_mu xi_muᵀ, diagonal 0.
  ///
  /// - Source: Hopfield 1982.
  case hebb
  /// T = the projection on the span of the patterns, diagonal 0: every pattern is a fixed point while there
  /// are fewer than d and no combination of others decides a neuron alone.
  ///
  /// - Source: Personnaz, Guyon and Dreyfus 1986; Kanter and Sompolinsky 1987 for the diagonal.
  case pseudoInverse
}
