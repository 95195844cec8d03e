import Foundation
import HopfieldLayers
import Tensors
import TestSupport
import Testing

/// The retrieval preset is the modern Hopfield network of Ramsauer et al. 2021.
struct HopfieldRetrievalTests {
  private let stored = normalTensor([2, 6, 5], seed: 20)
  private let states = normalTensor([2, 3, 5], seed: 21)

  private func recalled(_ beta: Double, _ updates: HopfieldUpdates) -> Tensor<Double> {
    let layer = HopfieldAssociation<Double>(
      .retrieval(size: 5, beta: beta, updates: updates), random: RandomStream(seed: 1))
    return layer(HopfieldPatterns(states: states, stored: stored))
  }

  /// Xᵀ softmax(β X ξ) in loops.
  private func update(_ state: [Double], _ patterns: [[Double]], _ beta: Double) -> [Double] {
    let weights = patterns.map { pattern in exp(beta * zip(pattern, state).reduce(0) { $0 + $1.0 * $1.1 }) }
    let total = weights.reduce(0, +)
    return state.indices.map { place in
      zip(weights, patterns).reduce(0) { $0 + $1.0 * $1.1[place] } / total
    }
  }

  @Test("a layer without projections makes the network's updates", arguments: [0, 1, 4])
  func updates(count: Int) {
    let found = recalled(0.7, .count(count))
    for example in 0..<2 {
      for (index, state) in rows(states, example).enumerated() {
        let expected = (0...count).reduce(state) { state, _ in update(state, rows(stored, example), 0.7) }
        for place in 0..<5 { #expect(abs(found[example, index, place] - expected[place]) < 1e-12) }
      }
    }
    let layer = HopfieldAssociation<Double>(.retrieval(size: 5, beta: 0.7), random: RandomStream(seed: 1))
    #expect(layer.parameterCount == 0)
  }

  @Test("the network's energy falls with every update")
  func energyFalls() {
    /// -1/β log Σ exp(β x · ξ) + ξ · ξ / 2; the constants of the paper aside.
    func energy(_ state: [Double], _ patterns: [[Double]]) -> Double {
      let sum = patterns.reduce(0) { sum, pattern in
        sum + exp(1.3 * zip(pattern, state).reduce(0) { $0 + $1.0 * $1.1 })
      }
      return -log(sum) / 1.3 + state.reduce(0) { $0 + $1 * $1 } / 2
    }
    let trajectory = [states] + (0..<6).map { recalled(1.3, .count($0)) }
    for example in 0..<2 {
      for state in 0..<3 {
        let energies = trajectory.map { energy(rows($0, example)[state], rows(stored, example)) }
        for (before, after) in zip(energies, energies.dropFirst()) { #expect(after <= before + 1e-12) }
        #expect(energies[6] < energies[0] - 0.01)
      }
    }
  }

  @Test("a half hidden pattern is recalled at high beta, and low beta averages")
  func completion() {
    var random = RandomStream(seed: 22)
    let patterns = Tensor<Double>.normal([1, 20, 64], using: &random).sign()
    let visible = Tensor<Double>(shape: [1, 1, 64], elements: (0..<64).map { $0 < 32 ? 1 : 0 })
    func recalled(_ beta: Double) -> Tensor<Double> {
      HopfieldAssociation<Double>(.retrieval(size: 64, beta: beta), random: RandomStream(seed: 1))(
        HopfieldPatterns(states: patterns * visible, stored: patterns))
    }
    expectClose(actual: recalled(2), expected: patterns, relative: 0, absolute: 1e-6)
    let mean = patterns.mean(axes: [1], keepingDimensions: true).repeated(to: [1, 20, 64])
    expectClose(actual: recalled(1e-6), expected: mean, relative: 0, absolute: 1e-3)
  }

  @Test("values of another size are recalled in the place of patterns: labels of inputs")
  func labels() {
    let labels = Tensor<Double>(shape: [2, 6, 1], elements: (0..<12).map { Double($0) })
    let layer = HopfieldAssociation<Double>(
      .retrieval(size: 5, beta: 500, updates: .none, valueSize: 1), random: RandomStream(seed: 1))
    let unit = stored / stored.squared().sum(axes: [2], keepingDimensions: true).squareRoot()
    let found = layer(HopfieldPatterns(states: unit, stored: unit, values: labels))
    expectClose(actual: found, expected: labels, relative: 0, absolute: 0.05)
  }
}
