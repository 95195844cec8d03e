public import Tensors

/// The Lagrangian whose activation lies on a sphere of radius gamma about delta.
///
///     L = sum over tokens of  gamma sqrt(sum x² + epsilon) + delta · x
///     g = gamma x / sqrt(sum x² + epsilon) + delta
///
/// The Hessian is positive semi-definite only for gamma ≥ 0. Safe while sum x² does not overflow, in single
/// precision for numbers below 1e18.
///
/// - Source: `lagr_spherical_norm` of hamux, with delta · x counted once for each token and not once for each
///   pair of tokens.
public struct SphericalNormLagrangian<Scalar: TensorScalar>: Lagrangian {
  /// The radius, one number.
  public var gamma: Tensor<Scalar>
  /// The offset, [dimension].
  public var delta: Tensor<Scalar>
  /// Added to the squared length.
  public let epsilon: Scalar

  /// A sphere of radius `gamma` (one number) about `delta` ([dimension]).
  public init(gamma: Tensor<Scalar>, delta: Tensor<Scalar>, epsilon: Scalar = 1e-5) {
    require(
      gamma.rank == 0 && delta.rank == 1,
      "gamma has shape [] and delta [dimension], not \(gamma.shape) and \(delta.shape)")
    self.gamma = gamma
    self.delta = delta
    self.epsilon = epsilon
  }

  /// Radius 1 about the origin.
  public init(dimension: Int, epsilon: Scalar = 1e-5) {
    self.init(gamma: Tensor(1), delta: .zeros([dimension]), epsilon: epsilon)
  }

  public mutating func visitParameters(_ visit: (_ name: String, _ value: inout Tensor<Scalar>) -> Void) {
    visit("gamma", &gamma)
    visit("delta", &delta)
  }

  public func value(at x: Tokens<Scalar>) -> Tensor<Scalar> {
    let values = x.realValues
    let linear = (values * offset(x)).sum(axes: [-1])
    return x.sumOfTokens(length(values).reshaped(linear.shape) * gamma.reshaped([1, 1]) + linear)
  }

  public func activations(at x: Tokens<Scalar>) -> Activations<Scalar> {
    let values = x.realValues
    return x.activations(values / length(values) * gamma.reshaped([1, 1, 1]) + offset(x))
  }

  /// sqrt(sum x² + epsilon) of each token, [batch, tokens, 1].
  ///
  /// The largest number is taken out of the root, so that squares do not overflow; the result does not depend on it.
  private func length(_ values: Tensor<Scalar>) -> Tensor<Scalar> {
    let scale = values.detached.absoluteValue().maximum(axis: -1, keepingDimensions: true).atLeast(1)
    let squares = (values / scale).squared().sum(axes: [-1], keepingDimensions: true)
    return (squares + scale.reciprocal().squared() * epsilon).squareRoot() * scale
  }

  private func offset(_ x: Tokens<Scalar>) -> Tensor<Scalar> {
    require(
      delta.shape == [x.values.shape[2]], "tokens of shape \(x.values.shape) for a sphere in \(delta.shape)")
    return delta.reshaped([1, 1, delta.count])
  }
}
