/// How the numbers of a pattern are normalised.
public enum PatternNorm: Sendable, Equatable {
  /// Left as they are.
  case none
  /// To mean 0 and variance 1.
  case standard
  /// To mean 0 and variance 1, then a learned gain and bias for each number: layer norm.
  case affine
}
