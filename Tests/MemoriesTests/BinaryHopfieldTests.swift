import Memories
import Tensors
import TestSupport
import Testing

struct BinaryHopfieldTests {
  private let random = RandomStream(seed: 90)

  private func network(
    _ patterns: Tensor<Float>, _ rule: LearningRule = .hebb, isSynchronous: Bool = false
  ) -> BinaryHopfieldNetwork<Float> {
    BinaryHopfieldNetwork(
      patterns: patterns, rule: rule, order: isSynchronous ? .synchronous : .asynchronous(random: random))
  }

  @Test("Hebb's couplings and the energy are those of plain loops")
  func naive() {
    let patterns = MemoryExamples.signs(4, dimension: 9, seed: 91, as: Double.self)
    let network = BinaryHopfieldNetwork(patterns: patterns, order: .synchronous)
    let states = MemoryExamples.signs(5, dimension: 9, seed: 92, as: Double.self)
    var expected = [Double](repeating: 0, count: 5)
    for i in 0..<9 {
      for j in 0..<9 {
        let coupling = i == j ? 0 : (0..<4).reduce(0.0) { $0 + patterns[$1, i] * patterns[$1, j] } / 9
        #expect(abs(network.weights[i, j] - coupling) < 1e-15)
        for row in 0..<5 { expected[row] -= 0.5 * coupling * states[row, i] * states[row, j] }
      }
    }
    expectClose(
      actual: network.energy(at: states), expected: Tensor(shape: [5], elements: expected), relative: 1e-13,
      absolute: 1e-13)
    // One synchronous update, neuron by neuron.
    let updated = network.retrieve(states, options: .updates(1)).states
    for row in 0..<5 {
      for i in 0..<9 {
        let field = (0..<9).reduce(0.0) { $0 + network.weights[i, $1] * states[row, $1] }
        #expect(updated[row, i] == (abs(field) < 1e-12 ? states[row, i] : (field > 0 ? 1 : -1)))
      }
    }
  }

  @Test(
    "asynchronous energies never rise, and what comes to rest is a fixed point",
    arguments: LearningRule.allCases)
  func monotone(rule: LearningRule) {
    let patterns = MemoryExamples.signs(17, dimension: 61, seed: 93)
    let network = network(patterns, rule)
    let found = network.retrieve(MemoryExamples.signs(40, dimension: 61, seed: 94))
    #expect(MemoryExamples.largestRise(found.energies) <= (rule == .hebb ? 0 : 1e-4))
    #expect(found.stopReasons.allSatisfy { $0 == .converged } && found.steps.contains { $0 > 0 })
    for (steps, energies) in zip(found.steps, found.energies) { #expect(energies.count == steps + 1) }
    expectClose(
      actual: Tensor<Double>(shape: [40], elements: found.energies.map { $0.last ?? .nan }),
      expected: network.energy(at: found.states), relative: 1e-5)
    let again = network.retrieve(found.states)
    #expect(again.states.elements == found.states.elements && again.steps.allSatisfy { $0 == 0 })
    // The same bits whatever else is in the batch.
    let first = network.retrieve(MemoryExamples.signs(40, dimension: 61, seed: 94).sliced(axis: 0, 0..<3))
    #expect(first.states.elements == Array(found.states.elements.prefix(3 * 61)))
  }

  @Test("few patterns are kept without an error and recalled from noise; far above 0.138 d memory collapses")
  func capacity() {
    let dimension = 400
    func kept(_ count: Int, flips: Int) -> Double {
      let patterns = MemoryExamples.signs(count, dimension: dimension, seed: 95)
      let found = network(patterns).retrieve(MemoryExamples.flipped(patterns, flips: flips, seed: 96))
      return MemoryExamples.errorShare(found.states, patterns)
    }
    // d / (4 ln d) is 16.7: no wrong neuron in any pattern.
    #expect(kept(12, flips: 0) == 0)
    #expect(kept(12, flips: 40) == 0)
    // 0.1 d: below the border, a few wrong neurons.
    #expect(kept(40, flips: 0) < 0.02)
    // 0.3 d: stored patterns are left for states with a third of the neurons wrong.
    #expect(kept(120, flips: 0) > 0.15)
    #expect(BinaryCapacity.hebbWithErrors(dimension: 400) == 0.138 * 400)
  }

  @Test("the pseudo-inverse rule keeps what Hebb's cannot, dependent patterns too")
  func pseudoInverse() {
    let patterns = MemoryExamples.signs(100, dimension: 200, seed: 97)
    let all = Tensor.concatenated([patterns, patterns.sliced(axis: 0, 5..<6) * -1], axis: 0)
    for isSynchronous in [false, true] {
      let exact = network(all, .pseudoInverse, isSynchronous: isSynchronous).retrieve(all)
      #expect(exact.states.elements == all.elements && exact.steps.allSatisfy { $0 == 0 })
    }
    #expect(MemoryExamples.errorShare(network(all).retrieve(all).states, all) > 0.1)
    // T + its diagonal is a projection that leaves every pattern as it is.
    let weights = network(patterns, .pseudoInverse).weights.converted(to: Double.self)
    let rest =
      patterns.converted(to: Double.self) - patterns.converted(to: Double.self).matrixProduct(weights)
    let ratios = (rest * patterns.converted(to: Double.self)).elements
    #expect(ratios.allSatisfy { $0 > 0.2 && $0 < 0.8 })
    #expect(abs((0..<200).reduce(0.0) { $0 + ratios[$1] } - 100) < 1e-3)
  }

  @Test("synchronous updates that alternate are found")
  func twoCycle() {
    // One pattern of two neurons with opposite signs: (1, 1) and (-1, -1) alternate.
    let network = network(Tensor(shape: [1, 2], elements: [1, -1]), isSynchronous: true)
    let found = network.retrieve(Tensor(shape: [3, 2], elements: [1, 1, 1, -1, -1, -1]))
    #expect(found.stopReasons == [.twoCycle, .converged, .twoCycle])
    #expect(found.steps == [2, 0, 2] && found.states.elements == [1, 1, 1, -1, -1, -1])
    #expect(found.energies[0].count == 3)
    // Every synchronous run of symmetric couplings ends in a fixed point or a cycle of two.
    let many = self.network(MemoryExamples.signs(20, dimension: 41, seed: 98), isSynchronous: true)
    let reasons = many.retrieve(MemoryExamples.signs(60, dimension: 41, seed: 99)).stopReasons
    #expect(reasons.contains(.twoCycle) && !reasons.contains(.stepLimit))
  }

  @Test("kinds are told by the overlap; the opposite of a pattern is a memory too")
  func kinds() {
    let patterns = MemoryExamples.signs(3, dimension: 100, seed: 100)
    let mixture = (patterns.sum(axes: [0], keepingDimensions: true)).sign()
    let found = network(patterns).retrieve(.concatenated([patterns, patterns * -1, mixture], axis: 0))
    #expect(found.fixedPoints[..<6].allSatisfy { $0?.kind == .singlePattern && $0?.largestWeight == 1 })
    #expect(found.fixedPoints[6]?.kind == .metastable)
    #expect(found.weights.allSatisfy { $0.isEmpty })
  }

  @Test("forgetting undoes storing to the bit", arguments: LearningRule.allCases)
  func forget(rule: LearningRule) throws {
    let patterns = MemoryExamples.signs(9, dimension: 50, seed: 101)
    var changed = network(patterns, rule)
    let extra = MemoryExamples.signs(2, dimension: 50, seed: 102)
    changed.store(extra)
    #expect(changed.patternCount == 11)
    try changed.forget(extra)
    #expect(changed.weights.elements == network(patterns, rule).weights.elements)
    #expect(throws: PatternNotStored.self) { try changed.forget(extra) }
    #expect(changed.patternCount == 9)
  }

  @Test("states that are not 1 or -1 stop with their index")
  func notBinary() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = BinaryHopfieldNetwork(
        patterns: Tensor<Float>(shape: [1, 2], elements: [1, 0.5]), order: .synchronous)
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("patterns of shape [1, 2] are 1 or -1; element 1 is 0.5"))
  }
}
