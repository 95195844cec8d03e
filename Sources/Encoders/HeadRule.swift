/// How a head of an encoder weighs the values of the tokens.
///
/// The published rule is one Hopfield retrieval: the query is the state, the keys are the stored patterns, and the
/// answer is read out through the values (Ramsauer et al. 2020, equation 10). The other rules replace it.
public enum HeadRule: Sendable, Equatable {
  /// softmax(β q Kᵀ), the published rule.
  case softmax
  /// The same weight for every token.
  case uniform
  /// Weights by a bell over the positions, which do not depend on the tokens.
  case gaussian(GaussianWeighting)
  /// softmax(β q Kᵀ) after the query has made updates - 1 steps q <- softmax(β q Kᵀ) K; 1 is the published rule.
  case retrieval(updates: Int)
}
