import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

struct PatternMemoryEnergyTests {
  private let mask = TokenMask(
    batch: 2, tokenCount: 4, isReal: [false, true, false, false, true, false, true, true])

  private func energy(_ weighting: MemoryWeighting) -> PatternMemoryEnergy<Double> {
    PatternMemoryEnergy(memories: normalTensor([5, 7], seed: 70) * 0.7, beta: 1.3, weighting: weighting)
  }

  @Test("all laws hold, with and without padding", arguments: MemoryWeighting.allCases)
  func laws(weighting: MemoryWeighting) {
    for mask in [nil, mask] {
      var options = LawOptions(tokens: .independent)
      options.differenceSteps = [1e-4, 1e-5]
      let g = Activations(normalTensor([2, 4, 5], seed: 71), mask: mask)
      let report = EnergyLaws.check(energy(weighting), at: g, options: options)
      #expect(report.isSatisfied, "\(report)")
      #expect(report.unchecked.isEmpty, "\(report)")
    }
  }

  @Test("the softmax energy is that of plain loops")
  func naive() {
    let memories = (normalTensor([5, 7], seed: 70) * 0.7).elements
    let states = normalTensor([2, 4, 5], seed: 72).elements
    func square(_ column: Int) -> Double {
      (0..<5).reduce(0) { $0 + memories[$1 * 7 + column] * memories[$1 * 7 + column] }
    }
    let largest = (0..<7).map(square).max() ?? 0
    var expected = [0.0, 0.0]
    for row in 0..<8 where mask.isReal[row] {
      let state = states[row * 5..<(row + 1) * 5].map { $0 }
      // The second published form: a sum of Gaussian bells.
      let bells = (0..<7).map { column -> Double in
        let distance = (0..<5).reduce(0.0) { sum, j in
          let difference = memories[j * 7 + column] - state[j]
          return sum + difference * difference
        }
        return -0.5 * 1.3 * (largest - square(column)) - 0.5 * 1.3 * distance
      }
      let mean = (Tensor(shape: [7], elements: bells).exponential().sum() / 7).logarithm().scalar
      expected[row / 4] -= mean / 1.3
    }
    let g = Activations(normalTensor([2, 4, 5], seed: 72), mask: mask)
    expectClose(
      actual: energy(.softmax).energy(at: g), expected: Tensor(shape: [2], elements: expected),
      relative: 1e-12)
  }

  @Test(
    "0 <= E <= (M + |g|)² / 2, and a gradient step of 1 is the mixture", arguments: MemoryWeighting.allCases)
  func bounds(weighting: MemoryWeighting) {
    let energy = energy(weighting)
    let largest = energy.memories.squared().sum(axes: [0]).squareRoot().maximum(axis: 0).scalar
    for (index, scale) in [0, 0.1, 1, 5].enumerated() {
      let states = normalTensor([6, 1, 5], seed: UInt64(73 + index)) * scale
      let lengths = states.squared().sum(axes: [1, 2]).squareRoot().elements
      for (value, length) in zip(energy.energy(at: Activations(states)).elements, lengths) {
        #expect(value >= -1e-12 && value <= (largest + length) * (largest + length) / 2 + 1e-12)
      }
      let stepped = states - energy.gradient(at: Activations(states))
      let weights = weighting.weights(states.projected(by: energy.memories) * 1.3)
      expectClose(
        actual: stepped, expected: weights.projected(by: energy.memories, transposed: true), relative: 0,
        absolute: 1e-12)
    }
  }
}
