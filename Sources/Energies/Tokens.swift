public import Tensors

/// The state that a descent moves: x, of shape [batch, tokens, dimension].
///
/// Tokens and activations are different types, so that normalising twice does not compile.
public struct Tokens<Scalar: TensorScalar>: Sendable {
  /// The numbers, [batch, tokens, dimension].
  public var values: Tensor<Scalar>
  /// Which tokens are real; all when nil.
  public let mask: TokenMask?

  /// Tokens from an array of shape [batch, tokens, dimension].
  public init(_ values: Tensor<Scalar>, mask: TokenMask? = nil) {
    checkMask(mask, values.shape)
    self.values = values
    self.mask = mask
  }

  /// Some of the examples.
  package func examples(_ range: Range<Int>) -> Tokens {
    Tokens(values.sliced(axis: 0, range), mask: mask?.examples(range))
  }
}
