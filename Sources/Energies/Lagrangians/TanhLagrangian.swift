public import Tensors

/// The Lagrangian of hyperbolic tangent neurons.
///
///     L = 1/beta sum log cosh(beta x)        g = tanh(beta x)
///
/// Computed as |x| + (log(1 + e^(-2 |beta x|)) - log 2) / beta, which is safe for any x, and near 0 without the
/// difference, whose terms cancel there.
///
/// - Source: Krotov and Hopfield 2021; `lagr_tanh` of hamux.
public struct TanhLagrangian<Scalar: TensorScalar>: Lagrangian {
  /// The inverse temperature.
  public let beta: Scalar

  /// Neurons of an inverse temperature above 0.
  public init(beta: Scalar = 1) {
    checkBeta(beta)
    self.beta = beta
  }

  public func value(at x: Tokens<Scalar>) -> Tensor<Scalar> {
    x.sumOfComponents(x.realValues.logHyperbolicCosine(scale: beta))
  }

  public func activations(at x: Tokens<Scalar>) -> Activations<Scalar> {
    x.activations((beta == 1 ? x.realValues : x.realValues * beta).tanh())
  }
}
