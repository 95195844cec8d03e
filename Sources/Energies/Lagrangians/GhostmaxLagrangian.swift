public import Tensors

/// The Lagrangian whose activation is a softmax with one more number that is always 0, the ghost, so that a
/// token may give its weight to nothing.
///
///     L = sum over tokens of  1/beta log(1 + sum e^(beta x))        g = e^(beta x) / (1 + sum e^(beta x))
///
/// Safe for any x, like `SoftmaxLagrangian`.
///
/// - Source: `lagr_ghostmax` of hamux, there with beta 1.
public struct GhostmaxLagrangian<Scalar: TensorScalar>: Lagrangian {
  /// The inverse temperature.
  public let beta: Scalar

  /// Neurons of an inverse temperature above 0.
  public init(beta: Scalar = 1) {
    checkBeta(beta)
    self.beta = beta
  }

  public func value(at x: Tokens<Scalar>) -> Tensor<Scalar> {
    x.sumOfTokens(withGhost(x).logSumExp(scale: beta))
  }

  public func activations(at x: Tokens<Scalar>) -> Activations<Scalar> {
    x.activations(withGhost(x).softmax(scale: beta).sliced(axis: -1, 0..<x.values.shape[2]))
  }

  /// x with the ghost's 0 behind it.
  private func withGhost(_ x: Tokens<Scalar>) -> Tensor<Scalar> {
    x.realValues.padded(axis: -1, before: 0, to: x.values.shape[2] + 1)
  }
}
