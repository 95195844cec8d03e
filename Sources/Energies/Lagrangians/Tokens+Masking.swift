import Tensors

extension Tokens {
  /// The values with padding set to zero, so that no function of padding overflows.
  var realValues: Tensor<Scalar> { masking(values) }

  /// A function of the tokens, [batch, tokens, dimension], with the rows of padding set to zero.
  func masking(_ values: Tensor<Scalar>) -> Tensor<Scalar> {
    mask.map { values * $0.tensor().reshaped([$0.batch, $0.tokenCount, 1]) } ?? values
  }

  /// One number for each token, [batch, tokens], summed over the real tokens: [batch].
  func sumOfTokens(_ values: Tensor<Scalar>) -> Tensor<Scalar> {
    (mask.map { values * $0.tensor() } ?? values).sum(axes: [1])
  }

  /// Numbers [batch, tokens, dimension], summed over the real tokens: [batch].
  func sumOfComponents(_ values: Tensor<Scalar>) -> Tensor<Scalar> { sumOfTokens(values.sum(axes: [-1])) }

  /// Activations of these tokens, zero at padding.
  func activations(_ values: Tensor<Scalar>) -> Activations<Scalar> {
    Activations(masking(values), mask: mask)
  }
}
