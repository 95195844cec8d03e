import Baselines
import Foundation
import HopfieldLayers
import Tensors
import TestSupport
import Testing

/// What bags are compared with: regression by inner products, a recurrent network, features of images.
struct BagBaselineTests {
  private func check<Model: Parameterized>(
    _ model: Model, _ input: Tensor<Double>, _ comment: String,
    _ output: (Model, Tensor<Double>) -> Tensor<Double>
  ) where Model.Scalar == Double {
    let parameters = model.parameters
    expectGradientMatchesFiniteDifferences(
      at: parameters.values + [input], step: 1e-4, relative: 1e-6, absolute: 1e-7, comment
    ) { points in
      let values = ParameterValues(names: parameters.names, values: Array(points.dropLast()))
      return output(model.with(values), points[parameters.count])
    }
  }

  @Test("regression by inner products: the gradient of its objective vanishes, and no other point is lower")
  func regression() {
    let (count, size) = (24, 40)
    let examples = normalTensor([count, size], seed: 1)
    let isPositive = (0..<count).map { $0 % 3 == 0 }
    let products = examples.matrixProduct(examples, otherTransposed: true)
    for ridge in [0.01, 1, 50] {
      let model = KernelLogisticRegression(products: products.elements, isPositive: isPositive, ridge: ridge)
      func objective(_ weights: [Double], _ offset: Double) -> Double {
        let rows = examples.elements
        let losses = (0..<count).map { row -> Double in
          let logit = (0..<size).reduce(offset) { $0 + rows[row * size + $1] * weights[$1] }
          return log(1 + exp(isPositive[row] ? -logit : logit))
        }
        return losses.reduce(0, +) + ridge / 2 * weights.reduce(0) { $0 + $1 * $1 }
      }
      let coefficients = Tensor<Double>(shape: [1, count], elements: model.coefficients)
      let weights = coefficients.matrixProduct(examples).elements
      let lowest = objective(weights, model.offset)
      var random = RandomStream(seed: 2)
      for _ in 0..<20 {
        let moved = weights.map { $0 + 1e-3 * random.normal() }
        #expect(objective(moved, model.offset + 1e-3 * random.normal()) > lowest - 1e-12)
      }
      let row = Array(products.elements[5 * count..<6 * count])
      let direct = (0..<size).reduce(model.offset) { $0 + examples.elements[5 * size + $1] * weights[$1] }
      #expect(abs(model.logit(products: row) - direct) < 1e-9)
    }
  }

  @Test("the recurrent network agrees with plain loops, and its gradients with finite differences")
  func recurrent() {
    let model = LongShortTermMemory<Double>(inputSize: 3, size: 2, random: RandomStream(seed: 3))
    let input = normalTensor([2, 5, 3], seed: 4)
    check(model, input, "recurrent") { $0($1) }
    let names = model.parameters
    func parameter(_ name: String) -> [Double] { names[name]?.elements ?? [] }
    let (weight, bias) = (parameter("input.weight"), parameter("input.bias"))
    let (recurrent, forget) = (parameter("recurrent"), parameter("forget"))
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    for example in 0..<2 {
      var (state, cell) = ([0.0, 0.0], [0.0, 0.0])
      for place in 0..<5 {
        let gates = (0..<8).map { gate -> Double in
          let driven = (0..<3).reduce(bias[gate]) { $0 + weight[gate * 3 + $1] * input[example, place, $1] }
          return (0..<2).reduce(driven) { $0 + recurrent[gate * 2 + $1] * state[$1] }
        }
        cell = (0..<2).map {
          sigmoid(gates[2 + $0] + forget[$0]) * cell[$0] + sigmoid(gates[$0]) * Foundation.tanh(gates[6 + $0])
        }
        state = (0..<2).map { sigmoid(gates[4 + $0]) * Foundation.tanh(cell[$0]) }
      }
      for unit in 0..<2 { #expect(abs(model(input)[example, unit] - state[unit]) < 1e-12) }
    }
  }

  @Test("features of images: gradients match finite differences, and each image is taken by itself")
  func digits() {
    let model = DigitFeatures<Double>(
      height: 16, width: 20, channels: (2, 3), featureCount: 4, random: RandomStream(seed: 5))
    let images = normalTensor([2, 16, 20], seed: 6)
    #expect(model(images).shape == [2, 4])
    let alone = (0..<2).map { model(images.sliced(axis: 0, $0..<$0 + 1)) }
    expectClose(
      actual: model(images), expected: .concatenated(alone, axis: 0), relative: 1e-12, absolute: 1e-12)
    let parameters = model.parameters
    expectGradientMatchesFiniteDifferences(
      at: parameters.values, step: 1e-5, relative: 1e-5, absolute: 1e-6
    ) { values in
      model.with(ParameterValues(names: parameters.names, values: values))(images)
    }
  }
}
