public import Tensors

/// The Lagrangian of linear neurons, whose activation is the token itself.
///
///     L = 1/2 sum x²        g = x
///
/// - Source: Krotov and Hopfield 2021, visible neurons; `lagr_identity` of hamux.
public struct IdentityLagrangian<Scalar: TensorScalar>: Lagrangian {
  /// Linear neurons.
  public init() {}

  public func value(at x: Tokens<Scalar>) -> Tensor<Scalar> {
    x.sumOfComponents(x.realValues.squared()) / 2
  }

  public func activations(at x: Tokens<Scalar>) -> Activations<Scalar> { x.activations(x.values) }
}
