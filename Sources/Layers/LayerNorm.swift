import Foundations
public import Tensors

/// Layer norm with a gain and a bias for each number of a token: (x - mean) / sqrt(variance + epsilon) * gain + bias.
///
/// The norm of an energy is a different one, with a single gain: `LayerNormLagrangian`, the gradient of a Lagrangian.
///
/// - Shape: [..., dimension] gives the same.
/// - Source: Ba, Kiros and Hinton 2016.
public struct LayerNorm<Scalar: TensorScalar>: Parameterized {
  /// The gain, [dimension].
  public var gain: Tensor<Scalar>
  /// The bias, [dimension].
  public var bias: Tensor<Scalar>
  /// The constant that is added to the variance.
  public var epsilon: Double

  /// A norm of tokens of `dimension` numbers, with gain 1 and bias 0.
  public init(_ dimension: Int, epsilon: Double = 1e-5) {
    require(dimension > 0, "a norm of \(dimension) numbers")
    require(epsilon >= 0 && epsilon.isFinite, "epsilon is a finite number of at least 0, not \(epsilon)")
    gain = .ones([dimension])
    bias = .zeros([dimension])
    self.epsilon = epsilon
  }

  /// The normalised rows.
  public func callAsFunction(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    x.standardized(epsilon: Scalar(epsilon)) * gain + bias
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("gain", &gain)
    visit("bias", &bias)
  }
}
