import Energies
import Memories
import Tensors
import TestSupport
import Testing

struct LogSumReLUMemoryTests {
  private let patterns = normalTensor([25, 6], seed: 61)

  /// The smallest distance of two patterns.
  private func smallestDistance(_ patterns: Tensor<Double>) -> Double {
    let count = patterns.shape[0]
    return (0..<count).flatMap { i in
      MemoryExamples.distances(
        patterns, patterns.sliced(axis: 0, i..<i + 1).repeated(to: patterns.shape)
      ).enumerated().filter { $0.offset != i }.map(\.element)
    }.min() ?? 0
  }

  @Test("with beta = 2 / (r - delta)² one update retrieves exactly from within delta")
  func exactRetrieval() {
    let distance = smallestDistance(patterns)
    let delta = 0.3 * distance
    let beta = 2 / ((distance - delta) * (distance - delta))
    let memory = LogSumReLUMemory(patterns: patterns, beta: beta)
    #expect(abs(memory.supportRadius - (distance - delta)) < 1e-12)
    let queries = patterns + MemoryExamples.sphere(25, dimension: 6, radius: delta * 0.999, seed: 62)
    let found = memory.retrieve(queries)
    #expect(found.states.elements == patterns.elements)
    for query in 0..<25 {
      #expect(found.stopReasons[query] == .converged && found.steps[query] == 2)
      #expect(found.weights[query] == [PatternWeight(pattern: query, weight: 1)])
      #expect(found.fixedPoints[query]?.kind == .singlePattern)
    }
    // Every pattern is a strict minimum.
    let lowest = memory.energy(at: patterns).elements
    for seed in 63..<73 {
      let around = patterns + MemoryExamples.sphere(25, dimension: 6, radius: 0.01, seed: UInt64(seed))
      #expect(zip(memory.energy(at: around).elements, lowest).allSatisfy { $0 > $1 })
    }
    // From farther than delta another ball may reach too.
    let single = LogSumReLUMemory(patterns: patterns.converted(to: Float.self), beta: Float(beta))
    let close = single.retrieve(queries.converted(to: Float.self))
    #expect(close.states.elements == patterns.converted(to: Float.self).elements)
  }

  @Test("outside all balls there is no memory and the state stays")
  func noMemory() {
    let memory = LogSumReLUMemory(patterns: patterns, beta: 2, epsilon: 1e-4)
    let far = MemoryExamples.sphere(3, dimension: 6, radius: 40, seed: 74)
    let found = memory.retrieve(far)
    #expect(found.states.elements == far.elements && found.steps == [0, 0, 0])
    #expect(found.stopReasons.allSatisfy { $0 == .noMemory })
    #expect(found.fixedPoints.allSatisfy { $0 == nil } && found.weights.allSatisfy { $0.isEmpty })
    let flat = -Tensor(1e-4).logarithm().scalar / 2
    #expect(found.energies.allSatisfy { $0.count == 1 && abs($0[0] - flat) < 1e-12 })
  }

  @Test("the energy is that of the energy for descents, and a stationary point of it is what comes to rest")
  func agreement() {
    let memory = LogSumReLUMemory(patterns: patterns, beta: 0.5)
    let energy = LogSumReLUEnergy(memories: patterns.transposed, beta: 0.5)
    let queries = normalTensor([31, 6], seed: 75)
    expectClose(
      actual: memory.energy(at: queries),
      expected: energy.energy(at: Activations(queries.reshaped([31, 1, 6]))),
      relative: 1e-10, absolute: 1e-11)
    let found = memory.retrieve(queries)
    #expect(MemoryExamples.largestRise(found.energies) <= 1e-12)
    let slopes = energy.gradient(at: Activations(found.states.reshaped([31, 1, 6])))
    for (query, slope) in slopes.squared().sum(axes: [1, 2]).elements.enumerated() {
      if found.stopReasons[query] == .converged { #expect(slope < 1e-10) }
    }
    #expect(found.stopReasons.contains(.converged))
  }

  @Test("where balls overlap the centre of their patterns is a memory that was not stored")
  func emergent() {
    let pair = Tensor<Double>(shape: [3, 2], elements: [0, 0, 1, 0, 9, 9])
    let memory = LogSumReLUMemory(patterns: pair, beta: 2 / 0.81)
    let found = memory.retrieve(Tensor(shape: [2, 2], elements: [0.4, 0.1, 0.05, 0]))
    #expect(found.states.elements == [0.5, 0, 0, 0])
    #expect(found.fixedPoints[0]?.dominantCount == 2 && found.fixedPoints[0]?.kind == .globalAverage)
    #expect(found.weights[0].map(\.weight) == [0.5, 0.5] && found.weights[0].map(\.pattern) == [0, 1])
    let around = MemoryExamples.sphere(20, dimension: 2, radius: 0.05, seed: 76)
    let centre = Tensor<Double>(shape: [1, 2], elements: [0.5, 0])
    let energies = memory.energy(at: around + centre).elements
    #expect(energies.allSatisfy { $0 > memory.energy(at: centre).elements[0] })
  }

  @Test("patterns come and go")
  func storeAndForget() throws {
    var memory = LogSumReLUMemory(patterns: patterns.sliced(axis: 0, 0..<20), beta: 20)
    memory.store(patterns.sliced(axis: 0, 20..<25))
    let stored = memory.retrieve(patterns)
    #expect(stored.states.elements == patterns.elements)
    try memory.forget(patterns.sliced(axis: 0, 4..<6))
    let reasons = memory.retrieve(patterns).stopReasons
    #expect(reasons[4] == .noMemory && reasons[5] == .noMemory && reasons[6] == .converged)
    #expect(throws: PatternNotStored.self) { try memory.forget(patterns.sliced(axis: 0, 4..<5)) }
  }

  @Test("patterns of a source are found as those in memory")
  func stream() {
    let many = normalTensor([9_001, 3], seed: 77)
    let queries = normalTensor([70, 3], seed: 78)
    let (direct, streamed) = (
      LogSumReLUMemory(patterns: many, beta: 30),
      LogSumReLUMemory(source: CopyingSource(rows: many), beta: 30)
    )
    let found = streamed.retrieve(queries, options: .updates(2)).states
    #expect(found.elements == direct.retrieve(queries, options: .updates(2)).states.elements)
    let energy = LogSumReLUEnergy(memories: many.transposed, beta: 30)
    expectClose(
      actual: streamed.energy(at: queries),
      expected: energy.energy(at: Activations(queries.reshaped([70, 1, 3]))),
      relative: 1e-9, absolute: 1e-11)
  }
}
