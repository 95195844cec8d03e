import Foundations
public import Tensors

/// The Lagrangian whose activation lies on a sphere of radius gamma about delta.
///
///     L = sum over tokens of  gamma sqrt(sum x² + epsilon) + delta · x
///     g = gamma x / sqrt(sum x² + epsilon) + delta
///
/// The Hessian is positive semi-definite only for gamma ≥ 0. Right for finite numbers of any size, though their squares
/// overflow; the value is infinite only where it is no finite number itself.
///
/// - Source: `lagr_spherical_norm` of hamux, with delta · x counted once for each token and not once for each
///   pair of tokens.
public struct SphericalNormLagrangian<Scalar: TensorScalar>: LengthNorm {
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
    checkEpsilon(epsilon)
    self.gamma = gamma
    self.delta = delta
    self.epsilon = epsilon
  }

  /// Radius 1 about the origin.
  public init(dimension: Int, epsilon: Scalar = 1e-5) {
    self.init(gamma: Tensor(1), delta: .zeros([dimension]), epsilon: epsilon)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("gamma", &gamma)
    visit("delta", &delta)
  }

  public func value(at x: Tokens<Scalar>) -> Tensor<Scalar> {
    let values = x.realValues
    let (_, length, unit) = scaled(values)
    let linear = (values * offset(x)).sum(axes: [-1])
    return x.sumOfTokens((length * gamma.reshaped([1, 1, 1]) * unit).reshaped(linear.shape) + linear)
  }

  package func lengths(at x: Tokens<Scalar>) -> Tensor<Scalar> {
    let (_, length, unit) = scaled(x.values.detached)
    return (length * unit).reshaped(Array(x.values.shape.dropLast()))
  }

  public func activations(at x: Tokens<Scalar>) -> Activations<Scalar> {
    let (values, length, _) = scaled(x.realValues)
    return x.activations(values / length * gamma.reshaped([1, 1, 1]) + offset(x))
  }

  /// Numbers x / u, their lengths sqrt(sum x² + epsilon) / u, and u, [batch, tokens, 1]: a power of two near the largest
  /// |x| of a token, or near the root of epsilon where that is larger, so that squares neither overflow nor vanish.
  private func scaled(
    _ x: Tensor<Scalar>
  ) -> (values: Tensor<Scalar>, length: Tensor<Scalar>, unit: Tensor<Scalar>) {
    let root = epsilon.squareRoot()
    let largest = x.detached.absoluteValue().maximum(axis: -1, keepingDimensions: true)
    let units = largest.elements.map { size -> Scalar in
      let top = max(size, root, .leastNormalMagnitude)
      return top.isFinite ? Scalar(sign: .plus, exponent: top.exponent, significand: 1) : 1
    }
    let unit = Tensor(shape: largest.shape, elements: units)
    let values = x * unit.reciprocal()
    // In this order, of which no step overflows; at least what is left of a token of zeros without an epsilon.
    let shares = Tensor(shape: unit.shape, elements: units.map { (root / $0) * (root / $0) })
    let squares = values.squared().sum(axes: [-1], keepingDimensions: true) + shares
    return (values, squares.atLeast(.leastNormalMagnitude).squareRoot(), unit)
  }

  private func offset(_ x: Tokens<Scalar>) -> Tensor<Scalar> {
    require(
      delta.shape == [x.values.shape[2]], "tokens of shape \(x.values.shape) for a sphere in \(delta.shape)")
    return delta.reshaped([1, 1, delta.count])
  }
}
