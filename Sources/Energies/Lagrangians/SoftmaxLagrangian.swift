public import Tensors

/// The Lagrangian whose activation is the softmax of a token's numbers.
///
///     L = sum over tokens of  1/beta log sum e^(beta x)        g = softmax(beta x)
///
/// The largest number is taken out of the sum before beta multiplies what is left, which is safe for any x. Each token has its own sum.
///
/// - Source: Krotov and Hopfield 2021; `lagr_softmax` of hamux.
public struct SoftmaxLagrangian<Scalar: TensorScalar>: Lagrangian {
  /// The inverse temperature.
  public let beta: Scalar

  /// Neurons of an inverse temperature above 0.
  public init(beta: Scalar = 1) {
    checkBeta(beta)
    self.beta = beta
  }

  public func value(at x: Tokens<Scalar>) -> Tensor<Scalar> {
    x.sumOfTokens(x.realValues.logSumExp(scale: beta))
  }

  public func activations(at x: Tokens<Scalar>) -> Activations<Scalar> {
    x.activations(x.realValues.softmax(scale: beta))
  }
}
