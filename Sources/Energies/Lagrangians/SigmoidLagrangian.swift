public import Tensors

/// The Lagrangian of logistic neurons.
///
///     L = 1/beta sum log(1 + e^(beta x))        g = 1 / (1 + e^(-beta x))
///
/// Computed as max(beta x, 0) + log(1 + e^(-|beta x|)), which is safe for any x.
///
/// - Source: `lagr_sigmoid` of hamux.
public struct SigmoidLagrangian<Scalar: TensorScalar>: Lagrangian {
  /// The inverse temperature.
  public let beta: Scalar

  /// Neurons of an inverse temperature above 0.
  public init(beta: Scalar = 1) {
    checkBeta(beta)
    self.beta = beta
  }

  public func value(at x: Tokens<Scalar>) -> Tensor<Scalar> {
    x.sumOfComponents(x.realValues.softplus(scale: beta))
  }

  public func activations(at x: Tokens<Scalar>) -> Activations<Scalar> {
    x.activations((x.realValues * beta).sigmoid())
  }
}
