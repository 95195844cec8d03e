public import Tensors

/// The Lagrangian of rectified exponential neurons, with r = max(x, 0).
///
///     L = sum e^(beta r) / beta - r        g = e^(beta r) - 1
///
/// A neuron at rest, x ≤ 0, contributes 1/beta. The numbers themselves overflow where beta x passes 88 in
/// single and 709 in double precision; any negative x is safe.
///
/// - Source: `lagr_rexp` of hamux.
public struct RectifiedExponentialLagrangian<Scalar: TensorScalar>: Lagrangian {
  /// The inverse temperature.
  public let beta: Scalar

  /// Neurons of an inverse temperature above 0.
  public init(beta: Scalar = 1) {
    checkBeta(beta)
    self.beta = beta
  }

  public func value(at x: Tokens<Scalar>) -> Tensor<Scalar> {
    let rectified = x.realValues.relu()
    return x.sumOfComponents((rectified * beta).exponential() / beta - rectified)
  }

  public func activations(at x: Tokens<Scalar>) -> Activations<Scalar> {
    x.activations((x.realValues.relu() * beta).exponentialMinusOne())
  }
}
