public import Tensors

/// The Lagrangian of exponential neurons.
///
///     L = 1/beta sum e^(beta x)        g = e^(beta x)
///
/// The numbers themselves overflow where beta x passes 88 in single and 709 in double precision.
///
/// - Source: Krotov and Hopfield 2021; the exponential neurons of the library HAMUX (Hoover et al. 2022), there `lagr_exp`.
public struct ExponentialLagrangian<Scalar: TensorScalar>: Lagrangian {
  /// The inverse temperature.
  public let beta: Scalar

  /// Neurons of an inverse temperature above 0.
  public init(beta: Scalar = 1) {
    checkBeta(beta)
    self.beta = beta
  }

  public func value(at x: Tokens<Scalar>) -> Tensor<Scalar> {
    x.sumOfComponents((x.realValues * beta).exponential()) / beta
  }

  public func activations(at x: Tokens<Scalar>) -> Activations<Scalar> {
    x.activations((x.realValues * beta).exponential())
  }
}
