import CKernels
import Foundations

extension Tensor {
  /// Runs an element-wise kernel of one operand.
  private func apply(_ operation: Int, _ parameter: Scalar = 0) -> Tensor {
    Tensor(shape: shape) { out in
      Parallelism.forRanges(count, grain: 32_768) { range in
        kernels.unary(
          Int32(operation), count: range.count, x: pointer + range.lowerBound, y: out + range.lowerBound,
          parameter: parameter)
      }
    }
  }

  private func function(
    _ operation: Int, _ parameter: Scalar = 0,
    derivative: @escaping @Sendable (_ input: Tensor, _ output: Tensor) -> Tensor
  ) -> Tensor {
    .differentiable(apply(operation, parameter), inputs: [self]) { pull in
      [pull.cotangent * derivative(pull.inputs[0], pull.output)]
    }
  }

  private func linear(_ operation: Int, _ parameter: Scalar, slope: Scalar) -> Tensor {
    .differentiable(apply(operation, parameter), inputs: [self]) { pull in
      [slope == 1 ? pull.cotangent : pull.cotangent * slope]
    }
  }

  /// -x.
  @_specialize(where Scalar == Float)
  public static prefix func - (x: Tensor) -> Tensor { x.linear(ET_NEGATE, 0, slope: -1) }
  /// Every element times a number.
  @_specialize(where Scalar == Float)
  public static func * (x: Tensor, factor: Scalar) -> Tensor {
    x.linear(ET_SCALE, factor, slope: factor)
  }
  /// Every element times a number.
  @_specialize(where Scalar == Float)
  public static func * (factor: Scalar, x: Tensor) -> Tensor { x * factor }
  /// Every element divided by a number.
  @_specialize(where Scalar == Float)
  public static func / (x: Tensor, divisor: Scalar) -> Tensor { x * (1 / divisor) }
  /// Every element plus a number.
  @_specialize(where Scalar == Float)
  public static func + (x: Tensor, term: Scalar) -> Tensor { x.linear(ET_SHIFT, term, slope: 1) }
  /// Every element minus a number.
  @_specialize(where Scalar == Float)
  public static func - (x: Tensor, term: Scalar) -> Tensor { x + (-term) }
  /// A number minus every element.
  @_specialize(where Scalar == Float)
  public static func - (term: Scalar, x: Tensor) -> Tensor { -x + term }

  /// e^x.
  @_specialize(where Scalar == Float)
  public func exponential() -> Tensor { function(ET_EXP) { _, y in y } }
  /// e^x - 1, without cancellation near 0.
  @_specialize(where Scalar == Float)
  public func exponentialMinusOne() -> Tensor { function(ET_EXPM1) { _, y in y + 1 } }
  /// Natural logarithm.
  @_specialize(where Scalar == Float)
  public func logarithm() -> Tensor { function(ET_LOG) { x, _ in x.reciprocal() } }
  /// Square root.
  @_specialize(where Scalar == Float)
  public func squareRoot() -> Tensor { function(ET_SQRT) { _, y in y.reciprocal() * 0.5 } }
  /// 1 / x.
  @_specialize(where Scalar == Float)
  public func reciprocal() -> Tensor { function(ET_RECIPROCAL) { _, y in -y.squared() } }
  /// x^2.
  @_specialize(where Scalar == Float)
  public func squared() -> Tensor { function(ET_SQUARE) { x, _ in x * 2 } }
  /// max(x, 0).
  @_specialize(where Scalar == Float)
  public func relu() -> Tensor { function(ET_RELU) { x, _ in x.step() } }
  /// 1 where x > 0, otherwise 0; its derivative is 0.
  @_specialize(where Scalar == Float)
  public func step() -> Tensor { apply(ET_STEP) }
  /// 1 / (1 + e^-x).
  @_specialize(where Scalar == Float)
  public func sigmoid() -> Tensor { function(ET_SIGMOID) { _, y in y * (1 - y) } }
  /// Hyperbolic tangent.
  @_specialize(where Scalar == Float)
  public func tanh() -> Tensor { function(ET_TANH) { _, y in 1 - y.squared() } }
  /// The scaled exponential linear unit: λ x for x > 0, λ α (e^x - 1) elsewhere, with λ = 1.0507… and α =
  /// 1.6732…
  ///
  /// - Source: Klambauer, Unterthiner, Mayr, Hochreiter, "Self-Normalizing Neural Networks", NeurIPS 2017.
  @_specialize(where Scalar == Float)
  public func scaledExponentialLinearUnit() -> Tensor {
    // The slope in terms of the value y: λ above 0, y + λ α elsewhere.
    function(ET_SELU) { _, y in y.function(ET_SELU_SLOPE) { y, _ in 1 - y.step() } }
  }
  /// log(1 + e^(scale x)) / scale, safe for any x and scale above 0.
  @_specialize(where Scalar == Float)
  public func softplus(scale: Scalar = 1) -> Tensor {
    function(ET_SOFTPLUS, scale) { x, _ in (scale == 1 ? x : x * scale).sigmoid() }
  }
  /// log cosh(scale x) / scale, safe for any x and scale above 0 and without cancellation near 0.
  @_specialize(where Scalar == Float)
  public func logHyperbolicCosine(scale: Scalar = 1) -> Tensor {
    function(ET_LOG_COSH, scale) { x, _ in (scale == 1 ? x : x * scale).tanh() }
  }
  /// |x|.
  @_specialize(where Scalar == Float)
  public func absoluteValue() -> Tensor { function(ET_ABSOLUTE) { x, _ in x.sign() } }
  /// -1, 0 or 1; its derivative is 0.
  @_specialize(where Scalar == Float)
  public func sign() -> Tensor { apply(ET_SIGN) }
  /// Sine of radians.
  @_specialize(where Scalar == Float)
  public func sine() -> Tensor { function(ET_SIN) { x, _ in x.cosine() } }
  /// Cosine of radians.
  @_specialize(where Scalar == Float)
  public func cosine() -> Tensor { function(ET_COS) { x, _ in -x.sine() } }
  /// max(x, bound); where they are equal the derivative is 0.
  @_specialize(where Scalar == Float)
  public func atLeast(_ bound: Scalar) -> Tensor {
    function(ET_AT_LEAST, bound) { x, _ in x.greater(than: bound) }
  }
  /// 1 where x > bound, otherwise 0; its derivative is 0.
  @_specialize(where Scalar == Float)
  public func greater(than bound: Scalar) -> Tensor { apply(ET_GREATER, bound) }

  /// x^exponent; a negative x with an exponent that is not whole gives NaN. x^0 is 1, a constant.
  @_specialize(where Scalar == Float)
  public func power(_ exponent: Scalar) -> Tensor {
    // Exponents 0 and 1 end the chain of derivatives: 0 x^-1 would be NaN at 0.
    if exponent == 0 { return .ones(shape) }
    if exponent == 1 { return self }
    return function(ET_POWER, exponent) { x, _ in x.power(exponent - 1) * exponent }
  }

  /// max(x, 0)^exponent, for an exponent of at least 0; exponent 0 is the unit step.
  ///
  /// Its derivatives of every order are 0 where x <= 0.
  @_specialize(where Scalar == Float)
  public func reluPower(_ exponent: Scalar) -> Tensor {
    require(exponent >= 0, "reluPower needs an exponent of at least 0, not \(exponent)")
    return positivePower(exponent)
  }

  /// x^exponent where x > 0, otherwise 0, for any exponent: the family is closed under differentiation.
  private func positivePower(_ exponent: Scalar) -> Tensor {
    if exponent == 0 { return step() }
    if exponent == 1 { return relu() }
    return function(ET_RELU_POWER, exponent) { x, _ in x.positivePower(exponent - 1) * exponent }
  }

  /// The elements with -infinity replaced by 0: the log-sum of no terms contributes nothing to an energy.
  @_specialize(where Scalar == Float)
  package func withoutNegativeInfinity() -> Tensor {
    .differentiable(apply(ET_WITHOUT_NEGATIVE_INFINITY), inputs: [self]) { [$0.cotangent] }
  }
}
