import Energies
import Foundation
import Landscapes
import Tensors
import TestSupport
import Testing

/// The Hessian of the neurons' own energy against straight lines of activations, whose tokens are written out here.
struct NeuronHessianTests {
  /// Neurons, activations that they can have, and the tokens of activations.
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let lagrangian: any Lagrangian<Double>
    /// From numbers in (0, 1).
    let activations: @Sendable ([Double]) -> [Double]
    /// x of the activations of a token.
    let tokens: @Sendable ([Double]) -> [Double]
    /// Whether the numbers of a token add up to 1.
    var isSimplex = false
    var testDescription: String { name }
  }

  static let cases = [
    Case(
      name: "identity", lagrangian: IdentityLagrangian(), activations: { $0.map { 4 * $0 - 2 } },
      tokens: { $0 }),
    Case(
      name: "tanh", lagrangian: TanhLagrangian(beta: 1.7), activations: { $0.map { 1.6 * $0 - 0.8 } },
      tokens: { $0.map { atanh($0) / 1.7 } }),
    Case(
      name: "sigmoid", lagrangian: SigmoidLagrangian(beta: 0.6), activations: { $0.map { 0.1 + 0.8 * $0 } },
      tokens: { $0.map { log($0 / (1 - $0)) / 0.6 } }),
    Case(
      name: "exponential", lagrangian: ExponentialLagrangian(beta: 1.3), activations: { $0.map { 0.2 + $0 } },
      tokens: { $0.map { log($0) / 1.3 } }),
    Case(
      name: "rectified exponential", lagrangian: RectifiedExponentialLagrangian(beta: 1.3),
      activations: { $0.map { 0.2 + $0 } }, tokens: { $0.map { log($0 + 1) / 1.3 } }),
    Case(
      name: "rectified polynomial", lagrangian: RectifiedPolynomialLagrangian(degree: 3),
      activations: { $0.map { 0.2 + $0 } }, tokens: { $0.map { $0.squareRoot() } }),
    Case(
      name: "softmax", lagrangian: SoftmaxLagrangian(beta: 1.9),
      activations: { numbers in
        let sum = numbers.reduce(0) { $0 + 0.3 + $1 }
        return numbers.map { (0.3 + $0) / sum }
      }, tokens: { $0.map { log($0) / 1.9 + 0.4 } }, isSimplex: true),
    Case(
      name: "ghostmax", lagrangian: GhostmaxLagrangian(beta: 0.8),
      activations: { numbers in
        let sum = numbers.reduce(0.5) { $0 + 0.3 + $1 }
        return numbers.map { (0.3 + $0) / sum }
      },
      tokens: { g in
        let ghost = 1 - g.reduce(0, +)
        return g.map { log($0 / ghost) / 0.8 }
      }),
  ]

  private static let shape = [2, 3, 5]

  private func rows(_ values: [Double], _ function: ([Double]) -> [Double]) -> [Double] {
    (0..<values.count / 5).flatMap { function(Array(values[$0 * 5..<($0 + 1) * 5])) }
  }

  @Test(
    "along straight lines of activations the neurons' own energy bends as the Hessian says", arguments: cases)
  func bendsAlongLines(item: Case) {
    check(lagrangian: item.lagrangian, item)
  }

  private func check(lagrangian: some Lagrangian<Double>, _ item: Case) {
    let uniform = uniformTensor(Self.shape, in: 0..<1, seed: 51).elements
    let g = rows(uniform, item.activations)
    let v = rows(normalTensor(Self.shape, seed: 52).elements) { row in
      let mean = item.isSimplex ? row.reduce(0, +) / 5 : 0
      return row.map { ($0 - mean) * 0.1 }
    }
    let energy = Couplings(strength: 0.7)
    func tokens(_ time: Double) -> Tokens<Double> {
      let moved = zip(g, v).map { $0 + time * $1 }
      return Tokens(Tensor(shape: Self.shape, elements: rows(moved, item.tokens)))
    }
    // The tokens written out are those of the activations.
    expectClose(
      actual: lagrangian.activations(at: tokens(0)).values, expected: Tensor(shape: Self.shape, elements: g),
      relative: 1e-12, absolute: 1e-13)
    let expected = TangentHessianTests.secondDifference(step: 1e-2) { time in
      let x = tokens(time)
      return (energy.energy(at: lagrangian.activations(at: x)) + lagrangian.legendreTransform(at: x)).elements
    }
    let landscape = EnergyLandscape(of: energy, lagrangian: lagrangian, includesNeuronEnergy: true)
    let direction = Tensor(shape: Self.shape, elements: v)
    let product = landscape.hessian(at: tokens(0)).product(direction)
    TangentHessianTests.expect(
      TangentHessianTests.products(direction, product), expected, 2e-6, item.name)
  }

  @Test("layers side by side bend each in its own way")
  func layers() {
    let lagrangian = PartitionedLagrangian<Double>([
      NeuronLayer("visible", shape: [3, 2], lagrangian: TanhLagrangian(beta: 1.2)),
      NeuronLayer("hidden", shape: [4], lagrangian: SoftmaxLagrangian(beta: 0.9)),
    ])
    let x = normalTensor([2, 1, 10], seed: 53)
    let v = normalTensor([2, 1, 10], seed: 54)
    let found = lagrangian.neuronHessian(v, at: Tokens(x))
    let visible = TanhLagrangian<Double>(beta: 1.2).neuronHessian(
      v.sliced(axis: 2, 0..<6), at: Tokens(x.sliced(axis: 2, 0..<6)))
    let hidden = SoftmaxLagrangian<Double>(beta: 0.9).neuronHessian(
      v.sliced(axis: 2, 6..<10), at: Tokens(x.sliced(axis: 2, 6..<10)))
    expectClose(actual: found, expected: .concatenated([visible, hidden], axis: 2), relative: 1e-12)
  }

  @Test("a rectified neuron at rest has no direction")
  func neuronsAtRest() {
    let lagrangian = RectifiedPolynomialLagrangian<Double>.relu
    let x = Tokens(Tensor(shape: [2, 1, 3], elements: [1.0, -2, 3, -1, 0.5, -0.5]))
    let found = lagrangian.neuronHessian(.ones([2, 1, 3]), at: x)
    #expect(found.elements == [1, 0, 1, 0, 1, 0])
  }
}

/// Neighbouring numbers of a token couple, E = - s sum g_i² g_(i+1).
struct Couplings: Energy {
  typealias Scalar = Double
  let strength: Double
  var name: String { "couplings" }

  func energy(at g: Activations<Double>) -> Tensor<Double> {
    let size = g.values.shape[2]
    let (left, right) = (g.realValues.sliced(axis: 2, 0..<size - 1), g.realValues.sliced(axis: 2, 1..<size))
    return (left.squared() * right).sum(axes: [1, 2]) * -strength
  }
}
