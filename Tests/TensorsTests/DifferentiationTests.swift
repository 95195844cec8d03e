import Foundation
import Tensors
import TestSupport
import Testing

/// What a gradient means: nesting, accumulation, constants, and which history results carry.
struct DifferentiationTests {
  @Test("a gradient inside a gradient of the same function")
  func nested() {
    let x = Tensor<Double>(shape: [3], elements: [1, -2, 0.5])
    // f = sum x^4: gradient 4 x^3, gradient of its sum 12 x^2, then 24 x, 24, 0.
    let orders = sequence(first: { (x: Tensor<Double>) in x.squared().squared() }) { previous in
      { x in gradient(at: x) { previous($0).sum() } }
    }
    let expected: [(Double) -> Double] = [
      { $0 * $0 * $0 * $0 }, { 4 * $0 * $0 * $0 }, { 12 * $0 * $0 }, { 24 * $0 }, { _ in 24 }, { _ in 0 },
    ]
    for (function, formula) in zip(orders, expected) {
      expectClose(
        actual: function(x), expected: Tensor(shape: [3], elements: x.elements.map(formula)), relative: 1e-14)
    }
  }

  @Test("inner gradients with respect to captured outer variables are not confused")
  func perturbationConfusion() {
    // d/dx [x d/dy (x + y) at y = 1] = 1; confusion of x and y would give 2.
    let one = Tensor<Double>(1)
    #expect(gradient(at: one) { x in x * gradient(at: one) { y in x + y } }.scalar == 1)
    // The inner point is the outer variable itself: d/dx [x d/dy (x y) at y = x] = d/dx x^2 = 2 x.
    let three = Tensor<Double>(3)
    #expect(gradient(at: three) { x in x * gradient(at: x) { y in x * y } }.scalar == 6)
    // d/dx d/dy (x^2 y^3) at y = x: d/dx (3 x^4) = 12 x^3.
    let inner = { (x: Tensor<Double>) in gradient(at: x) { y in x.squared() * y * y * y } }
    #expect(gradient(at: three, of: inner).scalar == 12 * 27)
    // The inner derivative is with respect to the outer variable, which the inner function ignores.
    #expect(gradient(at: three) { x in gradient(at: one) { _ in x.squared() } + x }.scalar == 1)
  }

  @Test("three levels, each using the variables of those outside")
  func threeLevels() {
    // f(x) = d/dy [ y d/dz (x y z^2) at z = y ] at y = x = d/dy [2 x y^3] = 6 x y^2 -> 6 x^3; f' = 18 x^2.
    let function = { (x: Tensor<Double>) in
      gradient(at: x) { y in y * gradient(at: y) { z in x * y * z * z } }
    }
    // With y also moving inside the inner function: d/dy (y * 2 x y * y) = 6 x y^2.
    let two = Tensor<Double>(2)
    #expect(function(two).scalar == 6 * 8)
    #expect(gradient(at: two, of: function).scalar == 18 * 4)
  }

  @Test("a value keeps the history of outer variables, also where the gradient does not depend on them")
  func valueHistory() {
    let (x, z) = (Tensor<Double>(2), Tensor<Double>(5))
    let outer = gradient(at: z) { z in valueWithGradient(at: x) { $0 + z * z }.value }
    #expect(outer.scalar == 10)
    let both = gradient(at: z) { z in
      let (value, slope) = valueWithGradient(at: x) { $0 * z * z }
      return value * slope
    }
    // value = x z^2, slope = z^2: d/dz x z^4 = 4 x z^3.
    #expect(both.scalar == 4 * 2 * 125)
  }

  @Test("without an outer derivative, results carry no history")
  func noHistory() {
    let (value, slope) = valueWithGradient(at: normalTensor([4], seed: 1)) { $0.sine().sum() }
    #expect(!value.isTracked && !slope.isTracked)
    let x = normalTensor([4], seed: 1)
    #expect(!x.isTracked && x.variable().isTracked && !x.variable().detached.isTracked)
    #expect(x.variable().sine().isTracked && !x.variable().step().isTracked)
  }

  @Test("an inner gradient that is over leaves no variable behind")
  func finishedVariables() {
    let (x, z) = (normalTensor([4], seed: 1), normalTensor([4], seed: 2))
    // The inner gradient 3 z y^2 depends on y, which is no variable any more when the outer one is taken.
    let (value, slope) = valueWithGradient(at: z) { z in
      gradient(at: x) { y in (z * y * y * y).sum() }.squared().sum()
    }
    #expect(!value.isTracked && !slope.isTracked)
    expectClose(actual: slope, expected: z * x.squared().squared() * 18, relative: 1e-14)
  }

  @Test("constants have gradient zero, of the variable's shape")
  func constants() {
    let x = normalTensor([2, 3], seed: 2)
    let constant = gradient(at: x) { _ in Tensor(7) }
    #expect(constant.shape == [2, 3] && constant.elements.allSatisfy { $0 == 0 })
    #expect(gradient(at: x) { $0.detached.sum() }.elements.allSatisfy { $0 == 0 })
    #expect(gradient(at: x) { $0.step().sum() }.elements.allSatisfy { $0 == 0 })
    let second = gradient(at: x) { outer in gradient(at: outer) { $0.sum() * 3 }.sum() }
    #expect(second.elements.allSatisfy { $0 == 0 })
  }

  @Test("a tensor used several times gathers all of its derivatives")
  func accumulation() {
    let x = Tensor<Double>(shape: [2], elements: [3, -1])
    #expect(gradient(at: x) { ($0 + $0 + $0).sum() }.elements == [3, 3])
    #expect(gradient(at: x) { ($0 * $0 * $0).sum() }.elements == [27, 3])
    let diamond = gradient(at: x) { x in
      let y = x.squared()
      return (y * y.detached + y + x).sum()
    }
    // y y0 + y + x with y0 = x^2 held: 2 x^3 + 2 x + 1.
    #expect(diamond.elements == [61, -3])
  }

  @Test("several variables, the same one twice, and weights for a result of several elements")
  func severalVariables() {
    let (x, y) = (Tensor<Double>(3).variable(), Tensor<Double>(4).variable())
    let product = x * x * y
    let slopes = gradients(of: product, withRespectTo: [y, x, x])
    #expect(slopes.map(\.scalar) == [9, 24, 24])
    let vector = normalTensor([3], seed: 3).variable()
    let weights = normalTensor([3], seed: 4)
    let weighted = gradients(of: vector.squared(), withRespectTo: [vector], cotangent: weights)[0]
    expectClose(actual: weighted, expected: vector.detached * weights * 2, relative: 1e-15)
    #expect(
      gradients(of: vector, withRespectTo: [vector], cotangent: weights)[0].elements == weights.elements)
    // A derivative with respect to several variables holds each of the others constant.
    let middle = (x * x).variable()
    let partial = gradients(of: middle * x, withRespectTo: [x, middle])
    #expect(partial.map(\.scalar) == [9, 3])
  }

  @Test("a gradient can be differentiated with respect to the weights of the result")
  func trackedCotangent() {
    // <d, f'(x)> is linear in d: its gradient is f'(x).
    let x = normalTensor([4], seed: 5)
    let slope = gradient(at: normalTensor([4], seed: 6)) { d in
      let variable = x.variable()
      return gradients(of: variable.exponential(), withRespectTo: [variable], cotangent: d)[0].sum()
    }
    expectClose(actual: slope, expected: x.exponential(), relative: 1e-15)
  }

  @Test("an operation of a user's own, with a rule for what is needed")
  func ownOperation() throws {
    let function: @Sendable ([Tensor<Double>]) -> Tensor<Double> = { inputs in
      let value = inputs[0].detached * inputs[1].detached.squared()
      return .differentiable(value, inputs: inputs) { pull in
        let (a, b, d) = (pull.inputs[0], pull.inputs[1], pull.cotangent)
        return [pull.needed[0] ? d * b.squared() : nil, pull.needed[1] ? d * a * b * 2 : nil]
      }
    }
    let points = [normalTensor([3], seed: 7), normalTensor([3], seed: 8)]
    try expectDerivativesMatchFiniteDifferences(at: points, of: function)
    let alone = gradient(at: points[1]) { function([points[0], $0]).sum() }
    expectClose(actual: alone, expected: points[0] * points[1] * 2, relative: 1e-15)
  }

  @Test("third derivatives of a composed function match central differences")
  func thirdDerivatives() throws {
    let points = [normalTensor([2, 3], seed: 9), normalTensor([3, 2], seed: 10)]
    let function: TensorFunction = {
      ($0[0].matrixProduct($0[1]).tanh() * $0[1].transposed.sum(axes: [1], keepingDimensions: true)).softmax()
    }
    try expectSecondDerivativesMatchFiniteDifferences(
      at: points, relative: 1e-7, absolute: 1e-7, of: directionalDerivative(of: function, seed: 30))
  }

  @Test("errors of the function pass through")
  func errors() {
    struct Refusal: Error {}
    #expect(throws: Refusal.self) {
      try gradient(at: Tensor<Double>(1)) { (_: Tensor<Double>) throws -> Tensor<Double> in throw Refusal() }
    }
  }

  @Test("a chain of 200,000 operations is differentiated and released on a stack of 512 KiB")
  func deepChain() async {
    let slope: Double = await withCheckedContinuation { continuation in
      let thread = Thread {
        let slope = gradient(at: Tensor<Double>(shape: [1], elements: [0])) { x in
          var y = x
          for _ in 0..<200_000 { y = y + 1e-3 }
          return y.sum()
        }
        continuation.resume(returning: slope.scalar)
      }
      thread.stackSize = 512 << 10
      thread.start()
    }
    #expect(slope == 1)
  }

  @Test("branching chains, and chains whose end is kept elsewhere, are released without overflow")
  func branchingChain() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let thread = Thread {
        var kept: [Tensor<Double>] = []
        do {
          var y = Tensor<Double>(1).variable()
          for step in 0..<100_000 {
            let next = y * 0.5
            y = next * y.detached + next
            if step % 25_000 == 0 { kept.append(y) }
          }
        }
        while !kept.isEmpty { kept.removeLast() }
        continuation.resume()
      }
      thread.stackSize = 512 << 10
      thread.start()
    }
  }
}
