import Energies
import Memories
import Tensors
import TestSupport
import Testing

/// Updates are what the energies of memories say, by central differences of the energies alone.
struct MemoryGradientTests {
  private let patterns = normalTensor([14, 5], seed: 131)
  private let states = normalTensor([3, 5], seed: 132) * 0.8

  /// dE/dx of each row.
  private func slopes(_ energy: (Tensor<Double>) -> Tensor<Double>) -> Tensor<Double> {
    // Energies of rows do not depend on other rows, so the gradient of their sum is that of each.
    finiteDifferenceGradient(at: states, step: 1e-4) { energy($0).sum() }
  }

  @Test("modern Hopfield network: x - dE/dx", arguments: MemoryWeighting.allCases)
  func modern(weighting: MemoryWeighting) {
    let network = ModernHopfieldNetwork(patterns: patterns, beta: 0.9, weighting: weighting)
    expectClose(
      actual: network.updated(states), expected: states - slopes(network.energy), relative: 1e-7,
      absolute: 1e-8)
  }

  @Test("log-sum-ReLU memory: x - step dE/dx with step = (epsilon + sum of kernels) / active patterns")
  func logSumReLU() {
    let memory = LogSumReLUMemory(patterns: patterns, beta: 0.4, epsilon: 0.01)
    let updated = memory.retrieve(states, options: .updates(1)).states
    let slopes = slopes(memory.energy)
    for row in 0..<3 {
      let distances = MemoryExamples.distances(
        patterns, states.sliced(axis: 0, row..<row + 1).repeated(to: patterns.shape))
      let kernels = distances.map { max(0, 1 - 0.2 * $0 * $0) }
      let active = kernels.filter { $0 > 0 }.count
      #expect(active > 1 && active < 14)
      let step = (0.01 + kernels.reduce(0, +)) / Double(active)
      let expected = (states - slopes * step).sliced(axis: 0, row..<row + 1)
      expectClose(
        actual: updated.sliced(axis: 0, row..<row + 1), expected: expected, relative: 1e-7, absolute: 1e-8)
    }
  }

  @Test("random-feature memory: x - dE/dx, or a step halved until the energy does not rise")
  func randomFeatures() {
    var random = RandomStream(seed: 133)
    var memory = RandomFeatureMemory<Double>(dimension: 5, featureCount: 4_000, beta: 0.3, using: &random)
    memory.store(patterns)
    let updated = memory.retrieve(states, options: .updates(1)).states
    let slopes = slopes(memory.energy)
    for row in 0..<3 {
      let moves = (0..<5).map { (states[row, $0] - updated[row, $0]) / slopes[row, $0] }
      // One factor for all numbers of a row: 1, ½, ¼, …
      #expect(moves.allSatisfy { abs($0 - moves[0]) < 1e-5 })
      #expect([1, 0.5, 0.25].contains { abs($0 - moves[0]) < 1e-5 })
    }
  }
}
