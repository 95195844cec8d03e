import Foundations
public import Tensors

/// The Lagrangian whose activation is a layer norm with one gain for all numbers.
///
///     L = sum over tokens of  D gamma sqrt(var(x) + epsilon) + delta · x
///     g = gamma (x - mean) / sqrt(var(x) + epsilon) + delta
///
/// var is the biased variance of a token's D numbers. The Hessian is positive semi-definite only for
/// gamma ≥ 0: with a negative gain a descent climbs. Right for finite numbers of any size, though their squares overflow;
/// the value is infinite only where it is no finite number itself. Equal numbers give delta.
///
/// - Source: Hoover et al. 2023, equations 1 and 2; epsilon 1e-5. One square root for each token, then the
///   sum.
public struct LayerNormLagrangian<Scalar: TensorScalar>: LengthNorm {
  /// The gain, one number.
  public var gamma: Tensor<Scalar>
  /// The offset, [dimension].
  public var delta: Tensor<Scalar>
  /// Added to the variance.
  public let epsilon: Scalar

  /// A layer norm with gain `gamma` (one number) and offset `delta` ([dimension]).
  public init(gamma: Tensor<Scalar>, delta: Tensor<Scalar>, epsilon: Scalar = 1e-5) {
    require(
      gamma.rank == 0 && delta.rank == 1,
      "gamma has shape [] and delta [dimension], not \(gamma.shape) and \(delta.shape)")
    checkEpsilon(epsilon)
    self.gamma = gamma
    self.delta = delta
    self.epsilon = epsilon
  }

  /// Gain 1 and offset 0.
  public init(dimension: Int, epsilon: Scalar = 1e-5) {
    self.init(gamma: Tensor(1), delta: .zeros([dimension]), epsilon: epsilon)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("gamma", &gamma)
    visit("delta", &delta)
  }

  public func value(at x: Tokens<Scalar>) -> Tensor<Scalar> {
    let size = x.values.shape[2]
    let deviation = x.values.standardDeviation(epsilon: epsilon)  // [batch, tokens]
    let linear = (x.values * delta.reshaped([1, 1, size])).sum(axes: [-1])
    let values = deviation * (gamma.reshaped([1, 1]) * Scalar(size)) + linear
    return (x.mask.map { values * $0.tensor() } ?? values).sum(axes: [1])
  }

  package func lengths(at x: Tokens<Scalar>) -> Tensor<Scalar> {
    x.values.detached.standardDeviation(epsilon: epsilon)
  }

  public func activations(at x: Tokens<Scalar>) -> Activations<Scalar> {
    let size = x.values.shape[2]
    require(delta.shape == [size], "tokens of shape \(x.values.shape) for a norm of \(delta.shape)")
    let normalized = x.values.standardized(epsilon: epsilon)
    let g = Activations(
      normalized * gamma.reshaped([1, 1, 1]) + delta.reshaped([1, 1, size]), mask: x.mask)
    return g.with(g.masking(g.values))
  }
}
