import Foundation
import Memories
import Tensors
import TestSupport
import Testing

struct DenseAssociativeMemoryTests {
  private let random = RandomStream(seed: 110)
  static let functions: [SeparationFunction] = [
    .power(degree: 2), .power(degree: 3), .power(degree: 4), .rectifiedPower(degree: 2),
    .rectifiedPower(degree: 5), .exponential,
  ]

  private func value(_ function: SeparationFunction, _ overlap: Double) -> Double {
    switch function {
    case .power(let degree): pow(overlap, Double(degree))
    case .rectifiedPower(let degree): pow(max(overlap, 0), Double(degree))
    case .exponential: exp(overlap)
    }
  }

  @Test("updates and energies are those of the published formulas", arguments: functions)
  func naive(function: SeparationFunction) {
    let patterns = MemoryExamples.signs(13, dimension: 11, seed: 111, as: Double.self)
    let states = MemoryExamples.signs(20, dimension: 11, seed: 112, as: Double.self)
    let memory = DenseAssociativeMemory(patterns: patterns, function: function, order: .synchronous)
    let updated = memory.retrieve(states, options: .updates(1)).states
    let energies = memory.energy(at: states)
    for row in 0..<20 {
      let overlaps = (0..<13).map { mu in (0..<11).reduce(0.0) { $0 + patterns[mu, $1] * states[row, $1] } }
      for i in 0..<11 {
        let balance = (0..<13).reduce(0.0) { sum, mu in
          let rest = overlaps[mu] - patterns[mu, i] * states[row, i]
          return sum + value(function, rest + patterns[mu, i]) - value(function, rest - patterns[mu, i])
        }
        #expect(updated[row, i] == (balance == 0 ? states[row, i] : (balance > 0 ? 1 : -1)))
      }
      let sum = overlaps.reduce(0) { $0 + value(function, $1) }
      let expected: Double =
        switch function {
        case .power(let degree), .rectifiedPower(let degree): -sum * pow(11, Double(1 - degree))
        case .exponential: -log(sum)
        }
      #expect(abs(energies.elements[row] - expected) < 1e-11 * abs(expected) + 1e-12)
    }
  }

  @Test("asynchronous energies never rise, and what comes to rest is a fixed point", arguments: functions)
  func monotone(function: SeparationFunction) {
    let patterns = MemoryExamples.signs(60, dimension: 45, seed: 113)
    let memory = DenseAssociativeMemory(
      patterns: patterns, function: function, order: .asynchronous(random: random))
    let queries = MemoryExamples.signs(30, dimension: 45, seed: 114)
    let found = memory.retrieve(queries)
    #expect(MemoryExamples.largestRise(found.energies) < 0)
    #expect(found.stopReasons.allSatisfy { $0 == .converged } && found.steps.contains { $0 > 0 })
    #expect(memory.retrieve(found.states).steps.allSatisfy { $0 == 0 })
    expectClose(
      actual: Tensor<Double>(shape: [30], elements: found.energies.map { $0.last ?? .nan }),
      expected: memory.energy(at: found.states), relative: 1e-6)
    // Double precision takes the same way, bit by bit.
    let double = DenseAssociativeMemory(
      patterns: patterns.converted(to: Double.self), function: function, order: .asynchronous(random: random))
    let same = double.retrieve(queries.converted(to: Double.self))
    #expect(same.energies == found.energies)
  }

  @Test("degree 2 is the binary Hopfield network")
  func degreeTwo() {
    // Of an odd number of patterns no sum is 0.
    let patterns = MemoryExamples.signs(7, dimension: 60, seed: 115)
    let queries = MemoryExamples.signs(25, dimension: 60, seed: 116)
    for isSynchronous in [false, true] {
      let order: UpdateOrder = isSynchronous ? .synchronous : .asynchronous(random: random)
      let dense = DenseAssociativeMemory(patterns: patterns, function: .power(degree: 2), order: order)
      let binary = BinaryHopfieldNetwork(patterns: patterns, order: order)
      let (a, b) = (dense.retrieve(queries), binary.retrieve(queries))
      #expect(a.states.elements == b.states.elements && a.steps == b.steps && a.stopReasons == b.stopReasons)
    }
  }

  @Test("higher degrees keep more patterns, the exponential exponentially many")
  func capacity() {
    func errors(_ function: SeparationFunction, _ count: Int, dimension: Int, flips: Int) -> Double {
      let patterns = MemoryExamples.signs(count, dimension: dimension, seed: 117)
      let memory = DenseAssociativeMemory(
        patterns: patterns, function: function, order: .asynchronous(random: random))
      let shown = patterns.sliced(axis: 0, 0..<min(count, 100))
      let found = memory.retrieve(MemoryExamples.flipped(shown, flips: flips, seed: 118))
      return MemoryExamples.errorShare(found.states, shown)
    }
    // Half of d²/(6 ln d) = 402 patterns, three times what degree 2 keeps with errors.
    #expect(errors(.power(degree: 2), 200, dimension: 100, flips: 0) > 0.2)
    #expect(errors(.power(degree: 3), 200, dimension: 100, flips: 5) < 0.01)
    #expect(errors(.power(degree: 3), 6_000, dimension: 100, flips: 0) > 0.1)
    #expect(errors(.rectifiedPower(degree: 5), 6_000, dimension: 100, flips: 10) < 0.001)
    // exp(0.277 · 40) = 65,000 for one wrong neuron of 40.
    #expect(errors(.exponential, 5_000, dimension: 40, flips: 1) < 0.001)
    #expect(errors(.power(degree: 3), 5_000, dimension: 40, flips: 1) > 0.1)
  }

  @Test("the chance of a near pattern is a sum of binomials")
  func chances() {
    // 1 + 10 + 45 + 120 of 1,024 states.
    #expect(abs(BinaryCapacity.chanceWithin(3, of: 10) - 176.0 / 1_024) < 1e-15)
    #expect(abs(BinaryCapacity.chanceWithin(0, of: 6) - 1.0 / 64) < 1e-16)
    #expect(abs(BinaryCapacity.chanceWithin(9, of: 10) - 1_023.0 / 1_024) < 1e-14)
    #expect(abs(BinaryCapacity.chanceWithin(12, of: 10) - 1) < 1e-14)
    // Half of all states, and half of those in the middle.
    let middle = BinaryCapacity.chanceWithin(32, of: 64) - BinaryCapacity.chanceWithin(31, of: 64)
    #expect(abs(BinaryCapacity.chanceWithin(32, of: 64) - 0.5 - middle / 2) < 1e-13)
  }

  @Test("the theory's numbers")
  func theory() {
    #expect(abs(BinaryCapacity.hebb(dimension: 1_000) - 1_000 / (2 * log(1_000))) < 1e-9)
    #expect(abs(BinaryCapacity.power(degree: 3, dimension: 100) - 10_000 / (2 * 3 * log(100))) < 1e-9)
    #expect(abs(BinaryCapacity.power(degree: 4, dimension: 50) - 125_000 / (2 * 15 * log(50))) < 1e-9)
    #expect(abs(BinaryCapacity.exponential(dimension: 20) - (pow(2, 10) + 1)) < 1e-6)
    let half = 0.5 * (1.5 * log(1.5) + 0.5 * log(0.5)) / 2
    #expect(
      abs(BinaryCapacity.exponential(dimension: 30, corruptedShare: 0.25) - (exp(half * 30) + 1)) < 1e-6)
  }

  @Test("a thousand neurons do not overflow the exponential")
  func manyNeurons() {
    let patterns = MemoryExamples.signs(50, dimension: 1_500, seed: 119)
    for order in [UpdateOrder.synchronous, .asynchronous(random: random)] {
      let memory = DenseAssociativeMemory(patterns: patterns, function: .exponential, order: order)
      let found = memory.retrieve(MemoryExamples.flipped(patterns, flips: 300, seed: 120))
      #expect(found.states.elements == patterns.elements)
      #expect(found.energies.joined().allSatisfy { $0.isFinite })
      #expect(found.fixedPoints.allSatisfy { $0?.kind == .singlePattern })
    }
  }

  @Test("synchronous updates that alternate are found")
  func twoCycle() {
    let memory = DenseAssociativeMemory(
      patterns: Tensor<Float>(shape: [1, 2], elements: [1, -1]), function: .power(degree: 2),
      order: .synchronous)
    let found = memory.retrieve(Tensor(shape: [2, 2], elements: [1, 1, -1, 1]))
    #expect(found.stopReasons == [.twoCycle, .converged] && found.steps == [2, 0])
  }

  @Test("what is forgotten is no fixed point any more")
  func forget() throws {
    let patterns = MemoryExamples.signs(6, dimension: 80, seed: 121)
    var memory = DenseAssociativeMemory(patterns: patterns, function: .power(degree: 3), order: .synchronous)
    #expect(memory.retrieve(patterns).states.elements == patterns.elements)
    try memory.forget(patterns.sliced(axis: 0, 2..<3))
    #expect(memory.patternCount == 5)
    let found = memory.retrieve(patterns)
    #expect(found.steps.enumerated().allSatisfy { ($1 > 0) == ($0 == 2) })
    #expect(throws: PatternNotStored.self) { try memory.forget(patterns.sliced(axis: 0, 2..<3)) }
  }
}
