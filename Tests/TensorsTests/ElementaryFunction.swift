import Foundation
import Tensors

/// The operations on every element by itself, with an independent formula for each.
enum ElementaryFunction: String, CaseIterable {
  case negation, scaling, scalingFromLeft, division, shift, shiftDown, subtractionFromNumber
  case exponential, exponentialMinusOne, logarithm, squareRoot, reciprocal, square, relu, step, sigmoid
  case hyperbolicTangent, softplus, logHyperbolicCosine, absoluteValue, sign, sine, cosine, atLeast,
    greaterThan, scaledExponentialLinear
  case power0, power1, power3, powerMinus2, powerFraction
  case reluPower0, reluPower1, reluPower2, reluPower3, reluPowerHalf, reluPowerFraction,
    withoutNegativeInfinity

  func callAsFunction<Scalar: TensorScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    switch self {
    case .negation: -x
    case .scaling: x * 1.75
    case .scalingFromLeft: -3.5 * x
    case .division: x / 4
    case .shift: x + 0.5
    case .shiftDown: x - 2.25
    case .subtractionFromNumber: 1.5 - x
    case .exponential: x.exponential()
    case .exponentialMinusOne: x.exponentialMinusOne()
    case .logarithm: x.logarithm()
    case .squareRoot: x.squareRoot()
    case .reciprocal: x.reciprocal()
    case .square: x.squared()
    case .relu: x.relu()
    case .step: x.step()
    case .sigmoid: x.sigmoid()
    case .hyperbolicTangent: x.tanh()
    case .softplus: x.softplus()
    case .logHyperbolicCosine: x.logHyperbolicCosine()
    case .absoluteValue: x.absoluteValue()
    case .sign: x.sign()
    case .sine: x.sine()
    case .cosine: x.cosine()
    case .atLeast: x.atLeast(0.8)
    case .greaterThan: x.greater(than: -0.8)
    case .scaledExponentialLinear: x.scaledExponentialLinearUnit()
    case .power0: x.power(0)
    case .power1: x.power(1)
    case .power3: x.power(3)
    case .powerMinus2: x.power(-2)
    case .powerFraction: x.power(1.75)
    case .reluPower0: x.reluPower(0)
    case .reluPower1: x.reluPower(1)
    case .reluPower2: x.reluPower(2)
    case .reluPower3: x.reluPower(3)
    case .reluPowerHalf: x.reluPower(0.5)
    case .reluPowerFraction: x.reluPower(2.5)
    case .withoutNegativeInfinity: x.withoutNegativeInfinity()
    }
  }

  func formula(_ x: Double) -> Double {
    switch self {
    case .negation: 0 - x
    case .scaling: 1.75 * x
    case .scalingFromLeft: -3.5 * x
    case .division: x / 4
    case .shift: x + 0.5
    case .shiftDown: x - 2.25
    case .subtractionFromNumber: 1.5 - x
    case .exponential: exp(x)
    case .exponentialMinusOne: expm1(x)
    case .logarithm: log(x)
    case .squareRoot: pow(x, 0.5)
    case .reciprocal: 1 / x
    case .square: x * x
    case .relu: max(x, 0)
    case .step: x > 0 ? 1 : 0
    case .sigmoid: 0.5 * (1 + Foundation.tanh(x / 2))
    case .hyperbolicTangent: Foundation.tanh(x)
    case .softplus: x > 0 ? x + log1p(exp(-x)) : log1p(exp(x))
    case .logHyperbolicCosine: abs(x) < 20 ? log(cosh(x)) : abs(x) - log(2)
    case .absoluteValue: x < 0 ? -x : x
    case .sign: x > 0 ? 1 : x < 0 ? -1 : 0
    case .sine: sin(x)
    case .cosine: cos(x)
    case .atLeast: max(x, 0.8)
    case .greaterThan: x > -0.8 ? 1 : 0
    case .scaledExponentialLinear: 1.050_700_987_355_480_5 * (x > 0 ? x : 1.673_263_242_354_377_2 * expm1(x))
    case .power0: 1
    case .power1: x
    case .power3: x * x * x
    case .powerMinus2: 1 / (x * x)
    case .powerFraction: exp(1.75 * log(x))
    case .reluPower0: x > 0 ? 1 : 0
    case .reluPower1: max(x, 0)
    case .reluPower2: x > 0 ? x * x : 0
    case .reluPower3: x > 0 ? x * x * x : 0
    case .reluPowerHalf: x > 0 ? x.squareRoot() : 0
    case .reluPowerFraction: x > 0 ? x * x * x.squareRoot() : 0
    case .withoutNegativeInfinity: x
    }
  }

  /// Whether it is defined, as a finite number, for positive elements alone.
  var needsPositive: Bool {
    switch self {
    case .logarithm, .squareRoot, .powerFraction: true
    default: false
    }
  }

  /// Whether the value at 0 is finite.
  var isFiniteAtZero: Bool {
    switch self {
    case .logarithm, .reciprocal, .powerMinus2: false
    default: true
    }
  }
}
