import Foundation
import Tensors
import TestSupport
import Testing

/// Values, derivatives and special cases of the operations on every element by itself.
struct ElementaryFunctionTests {
  @Test(
    "values match a formula for every length across vector widths, in both precisions",
    arguments: ElementaryFunction.allCases)
  func values(function: ElementaryFunction) {
    for length in Array(1...70) + [100_003] {
      let drawn = normalTensor([length], seed: UInt64(length))
      let x = function.needsPositive || !function.isFiniteAtZero ? drawn.absoluteValue() + 0.01 : drawn * 3
      let expected = Tensor(shape: x.shape, elements: x.elements.map(function.formula))
      expectClose(actual: function(x), expected: expected, relative: 1e-14, absolute: 1e-15, "\(length)")
      // The formula is applied to what a Float holds, so that only the operation is compared.
      let single = x.converted(to: Float.self)
      let expectedOfSingle = Tensor(
        shape: x.shape, elements: single.elements.map { function.formula(Double($0)) })
      expectClose(
        actual: function(single), expected: expectedOfSingle, relative: 5e-7, absolute: 1.2e-7, "\(length)")
    }
  }

  @Test(
    "derivatives of first and second order match central differences", arguments: ElementaryFunction.allCases)
  func derivatives(function: ElementaryFunction) throws {
    let drawn = separatedTensor([3, 5], gap: 0.3, seed: 12)
    let x = function.needsPositive ? drawn.absoluteValue() + 0.4 : drawn
    // Away from the poles, where differences lose their accuracy.
    let point = function.isFiniteAtZero ? x : x * 3
    try expectDerivativesMatchFiniteDifferences(at: [point], absolute: 1e-8) { function($0[0]) }
  }

  @Test("third derivatives match central differences", arguments: ElementaryFunction.allCases)
  func thirdDerivatives(function: ElementaryFunction) throws {
    let drawn = separatedTensor([7], gap: 0.7, seed: 13)
    let point = function.needsPositive ? drawn.absoluteValue() + 1 : drawn * 2
    try expectSecondDerivativesMatchFiniteDifferences(
      at: [point], relative: 1e-7, absolute: 1e-7, of: directionalDerivative(of: { function($0[0]) }, seed: 5)
    )
  }

  @Test("derivatives at 0 are numbers where the function is smooth or its derivative is defined as 0")
  func derivativesAtZero() {
    let zero = Tensor<Double>(shape: [1], elements: [0])
    func orders(_ function: ElementaryFunction) -> [Double] {
      let first = { (x: Tensor<Double>) in gradient(at: x) { function($0).sum() } }
      let second = { (x: Tensor<Double>) in gradient(at: x) { first($0).sum() } }
      let third = { (x: Tensor<Double>) in gradient(at: x) { second($0).sum() } }
      return [first(zero)[0], second(zero)[0], third(zero)[0]]
    }
    #expect(orders(.power0) == [0, 0, 0])
    #expect(orders(.power1) == [1, 0, 0])
    #expect(orders(.power3) == [0, 0, 6])
    #expect(orders(.relu) == [0, 0, 0])
    #expect(orders(.reluPower2) == [0, 0, 0])
    #expect(orders(.reluPower3) == [0, 0, 0])
    #expect(orders(.reluPowerHalf)[0] == 0)
    #expect(orders(.reluPowerFraction) == [0, 0, 0])
    #expect(orders(.absoluteValue) == [0, 0, 0])
    #expect(orders(.sigmoid)[0] == 0.25)
    #expect(orders(.softplus)[..<2] == [0.5, 0.25])
    #expect(orders(.logHyperbolicCosine)[..<2] == [0, 1])
    #expect(orders(.exponentialMinusOne) == [1, 1, 1])
  }

  @Test("the exponential of a Float is within 2 units in the last place over its whole range")
  func exponentialRange() {
    // Every 1/512 from below the smallest result to above the largest, and the two ends.
    let steps = (-88 * 512...89 * 512).map { Float($0) / 512 }
    let x = Tensor<Float>(shape: [steps.count], elements: steps)
    var worst = 0.0
    for (argument, result) in zip(steps, x.exponential().elements) {
      let exact = exp(Double(argument))
      if argument < -87.33654 {
        #expect(result == 0 && exact < 1.1755e-38, "\(argument)")
      } else if argument > 88.72283 {
        #expect(result == .infinity && exact > 3.4028e38, "\(argument)")
      } else {
        worst = max(worst, abs(Double(result) - exact) / Double(Float(exact).ulp))
      }
    }
    #expect(worst < 2, "\(worst) units in the last place")
    let ends: [Float] = [88.72283, 88.722839, 88.7229, -87.3365, .infinity, -.infinity, 0, -0.0]
    let results = Tensor<Float>(shape: [8], elements: ends).exponential().elements
    #expect(results[0].isFinite && results[0] > 3.402e38 && results[2] == .infinity)
    #expect(abs(Double(results[3]) - exp(Double(ends[3]))) < 1e-44)
    #expect(Array(results[4...]) == [.infinity, 0, 1, 1])
    #expect(Tensor<Float>(.nan).exponential().scalar.isNaN)
  }

  @Test("no argument overflows where the result does not, and NaN stays NaN")
  func extremes() {
    func check<Scalar: TensorScalar>(_ type: Scalar.Type, _ large: Scalar) {
      let x = Tensor<Scalar>(
        shape: [6], elements: [large, -large, .infinity, -.infinity, Scalar.leastNonzeroMagnitude, 0])
      #expect(x.sigmoid().elements == [1, 0, 1, 0, 0.5, 0.5])
      #expect(x.tanh().elements[..<4] == [1, -1, 1, -1])
      #expect(x.softplus().elements[..<4] == [large, 0, .infinity, 0])
      #expect(x.relu().elements[..<4] == [large, 0, .infinity, 0])
      #expect(
        x.logHyperbolicCosine().elements[2] == .infinity && x.logHyperbolicCosine().elements[3] == .infinity)
      #expect(
        x.logHyperbolicCosine().elements[0] > 0.99 * large && x.logHyperbolicCosine().elements[0] <= large)
      #expect(x.exponentialMinusOne().elements[..<4] == [.infinity, -1, .infinity, -1])
      #expect(x.sign().elements == [1, -1, 1, -1, 1, 0])
      #expect(x.step().elements == [1, 0, 1, 0, 1, 0])
      #expect(x.withoutNegativeInfinity().elements[..<4] == [large, -large, .infinity, 0])
      #expect(Tensor<Scalar>(0).logarithm().scalar == -.infinity)
      #expect(Tensor<Scalar>(-1).logarithm().scalar.isNaN && Tensor<Scalar>(-1).squareRoot().scalar.isNaN)
      for function in ElementaryFunction.allCases where function != .power0 && function != .greaterThan {
        // Long enough for the vector loop and its tail.
        let results = function(Tensor<Scalar>(repeating: .nan, shape: [37])).elements
        #expect(results.allSatisfy { $0.isNaN }, "\(function) of NaN")
      }
    }
    check(Float.self, 1e30)
    check(Double.self, 1e300)
  }

  @Test("derivatives of saturated functions are numbers")
  func saturatedDerivatives() {
    let x = Tensor<Double>(shape: [4], elements: [800, -800, 60, -60])
    for function in [ElementaryFunction.sigmoid, .softplus, .logHyperbolicCosine, .hyperbolicTangent] {
      let first = { (x: Tensor<Double>) in gradient(at: x) { function($0).sum() } }
      #expect(first(x).isFinite, "\(function)")
      #expect(gradient(at: x) { first($0).sum() }.isFinite, "\(function)")
    }
  }
}
