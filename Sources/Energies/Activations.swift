public import Tensors

/// What an energy is a function of: g, the gradient of a Lagrangian at the tokens, [batch, tokens, dimension].
public struct Activations<Scalar: TensorScalar>: Sendable {
  /// The numbers, [batch, tokens, dimension].
  public var values: Tensor<Scalar>
  /// Which tokens are real; all when nil.
  public let mask: TokenMask?

  /// Activations from an array of shape [batch, tokens, dimension].
  public init(_ values: Tensor<Scalar>, mask: TokenMask? = nil) {
    checkMask(mask, values.shape)
    self.values = values
    self.mask = mask
  }

  /// The same mask with other numbers.
  public func with(_ values: Tensor<Scalar>) -> Activations { Activations(values, mask: mask) }

  /// 1 for real tokens and 0 for padding, [batch, tokens, 1]; nil when all are real.
  package var maskColumn: Tensor<Scalar>? {
    mask.map { $0.tensor().reshaped([$0.batch, $0.tokenCount, 1]) }
  }

  /// The numbers with those of padding set to zero: what an energy may be computed from whose terms are zero where a
  /// token is.
  public var realValues: Tensor<Scalar> { masking(values) }

  /// A function of the tokens, [batch, tokens, any size], with the rows of padding set to zero: how an energy leaves
  /// out what padding would add.
  public func masking(_ values: Tensor<Scalar>) -> Tensor<Scalar> {
    maskColumn.map { values * $0 } ?? values
  }
}
