import Energies
import EnergyTesting
import Foundation
import Tensors
import TestSupport
import Testing

/// The energies of Hyper-SET.
struct HypersphericalEnergyTests {
  private let weights = normalTensor([3, 6, 5], seed: 75)
  private let beta = Tensor<Double>(shape: [3], elements: [0.4, 1.1, 0.7])

  @Test("all laws hold for repulsion and for attraction", arguments: [true, false], LineExample.masks)
  func attentionLaws(isRepulsive: Bool, mask: TokenMask?) {
    let energy = HypersphericalAttentionEnergy(weights: weights, beta: beta, isRepulsive: isRepulsive)
    let report = EnergyLaws.check(
      energy, at: LineExample.activations(mask), options: LawOptions(constants: ["beta"]))
    #expect(report.isSatisfied, "\(report)")
    #expect(report.unchecked.isEmpty, "\(report)")
  }

  @Test("all laws hold for memories of directions", arguments: LineExample.masks)
  func memoryLaws(mask: TokenMask?) {
    let energy = HypersphericalMemoryEnergy<Double>(memories: normalTensor([5, 7], seed: 76))
    let report = EnergyLaws.check(
      energy, at: LineExample.activations(mask), options: LawOptions(tokens: .independent))
    #expect(report.isSatisfied, "\(report)")
    #expect(report.unchecked.isEmpty, "\(report)")
  }

  @Test("energies are those of plain loops")
  func naive() {
    for mask in LineExample.masks {
      let g = LineExample.activations(mask)
      let repulsion = PlainVectors.energies(g) { _, tokens in
        (0..<3).reduce(0) { sum, head in
          let z = tokens.map { PlainVectors.onSphere(PlainVectors.projected($0, weights, head: head)) }
          return sum
            + z.map { query in
              PlainVectors.logSum(z.map { PlainVectors.dot($0, query) }, beta: beta[head])
            }.reduce(0, +)
        }
      }
      let energy = HypersphericalAttentionEnergy(weights: weights, beta: beta)
      expectClose(actual: energy.energy(at: g), expected: repulsion, relative: 1e-12)
      let memories = normalTensor([5, 7], seed: 76)
      let memory = PlainVectors.energies(g) { _, tokens in
        tokens.reduce(0) { sum, token in
          let overlaps = PlainVectors.onSphere(
            PlainVectors.columns(memories).map { PlainVectors.dot($0, token) })
          return sum - overlaps.map { max($0, 0) * max($0, 0) }.reduce(0, +) / 2
        }
      }
      expectClose(
        actual: HypersphericalMemoryEnergy(memories: memories).energy(at: g), expected: memory,
        relative: 1e-12)
    }
  }

  @Test("without repulsion it is the attention of the Energy Transformer where projections have their length")
  func attraction() {
    // One head that leaves tokens as they are, and tokens on the sphere.
    let identity = Tensor<Double>(
      shape: [1, 5, 5], elements: (0..<25).map { $0 / 5 == $0 % 5 ? 1.0 : 0.0 })
    let mask = LineExample.masks[1]
    let rows = (0..<8).flatMap { row in
      PlainVectors.onSphere((0..<5).map { normalTensor([8, 5], seed: 77)[row, $0] })
    }
    let g = Activations(Tensor(shape: [2, 4, 5], elements: rows), mask: mask)
    let attention = AttentionEnergy(queryWeights: identity, keyWeights: identity)
    for (isRepulsive, sign) in [(false, 1.0), (true, -1)] {
      let energy = HypersphericalAttentionEnergy(weights: identity, isRepulsive: isRepulsive)
      expectClose(
        actual: energy.energy(at: g), expected: attention.energy(at: g) * sign, relative: 1e-12)
    }
  }

  @Test("the length of a token does not matter, and repulsion pushes two tokens of a circle apart")
  func geometry() {
    let energy = HypersphericalAttentionEnergy(weights: weights, beta: beta)
    let g = LineExample.activations(nil)
    expectClose(
      actual: energy.energy(at: g.with(g.values * 1e3)), expected: energy.energy(at: g), relative: 1e-12)
    let identity = Tensor<Double>(shape: [1, 2, 2], elements: [1, 0, 0, 1])
    let circle = HypersphericalAttentionEnergy(weights: identity)
    let near = Activations(Tensor(shape: [1, 2, 2], elements: [1, 0.1, 1, -0.1]))
    let moved = near.values - circle.gradient(at: near) * 0.1
    // The angle between them grows.
    #expect(moved[0, 0, 1] > 0.1 && moved[0, 1, 1] < -0.1)
  }

  @Test("numbers whose squares a float does not hold give the energy of their directions")
  func largeNumbers() {
    func energy<Scalar: TensorScalar>(_ type: Scalar.Type, _ scale: Scalar) -> Double {
      let weights = normalTensor([3, 6, 5], seed: 75).converted(to: Scalar.self)
      let g = normalTensor([1, 4, 5], seed: 71).converted(to: Scalar.self)
      return Double(
        HypersphericalAttentionEnergy(weights: weights).energy(at: Activations(g * scale)).elements[0])
    }
    let expected = energy(Double.self, 1)
    for scale in [1 as Float, 1e12, 1e25] {
      #expect(abs(energy(Float.self, scale) - expected) < 1e-4 * abs(expected), "\(scale)")
    }
  }
}
