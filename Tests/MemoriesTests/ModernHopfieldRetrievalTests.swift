import Energies
import Foundations
import Memories
import Tensors
import TestSupport
import Testing

struct ModernHopfieldRetrievalTests {
  private let patterns = MemoryExamples.sphere(30, dimension: 24, radius: 4, seed: 31, as: Float.self)

  @Test("noisy patterns are retrieved and everything about it is told")
  func retrieval() throws {
    let network = ModernHopfieldNetwork(patterns: patterns, beta: 3)
    let noise = MemoryExamples.sphere(30, dimension: 24, radius: 1, seed: 32, as: Float.self)
    let found = network.retrieve(patterns + noise)
    #expect(MemoryExamples.distances(found.states, patterns).allSatisfy { $0 < 1e-3 })
    for query in 0..<30 {
      #expect(found.stopReasons[query] == .converged)
      #expect((1...10).contains(found.steps[query]))
      #expect(found.energies[query].count == found.steps[query] + 1)
      #expect(found.weights[query].count == 8)
      #expect(found.weights[query][0].pattern == query && found.weights[query][0].weight > 0.99)
      let point = try #require(found.fixedPoints[query])
      #expect(point.kind == .singlePattern && point.dominantCount == 1 && point.spectralRadius == nil)
    }
    // What is traced is what the energy says.
    expectClose(
      actual: Tensor<Double>(shape: [30], elements: found.energies.map { $0.last ?? .nan }),
      expected: network.energy(at: found.states), relative: 1e-5, absolute: 1e-5)
  }

  @Test("a step limit stops, and updates alone report nothing")
  func limits() {
    let network = ModernHopfieldNetwork(patterns: patterns, beta: 0.2)
    let queries = MemoryExamples.sphere(5, dimension: 24, radius: 4, seed: 33, as: Float.self)
    let one = network.retrieve(queries, options: .updates(1))
    #expect(one.states.elements == network.updated(queries).elements)
    #expect(one.stopReasons == Array(repeating: .stepLimit, count: 5) && one.steps == [1, 1, 1, 1, 1])
    #expect(one.energies.allSatisfy { $0.isEmpty } && one.weights.allSatisfy { $0.isEmpty })
    #expect(one.fixedPoints.allSatisfy { $0 == nil })
    let none = network.retrieve(queries, options: .updates(0))
    #expect(none.states.elements == queries.elements && none.steps == [0, 0, 0, 0, 0])
  }

  @Test("queries do not influence each other, and one that is not a number stops alone")
  func independence() {
    let network = ModernHopfieldNetwork(patterns: patterns, beta: 1)
    var elements = (patterns.sliced(axis: 0, 0..<4) * 0.8).elements
    let alone = (0..<4).map { row in
      network.retrieve(Tensor(shape: [1, 24], elements: Array(elements[row * 24..<(row + 1) * 24])))
    }
    elements[2 * 24 + 5] = .nan
    let found = network.retrieve(Tensor(shape: [4, 24], elements: elements))
    #expect(found.stopReasons[2] == .nonFinite && found.steps[2] == 0 && found.energies[2].isEmpty)
    #expect(found.fixedPoints[2] == nil && found.weights[2].isEmpty)
    for row in [0, 1, 3] {
      #expect(found.steps[row] == alone[row].steps[0] && found.fixedPoints[row] == alone[row].fixedPoints[0])
      expectClose(
        actual: found.states.sliced(axis: 0, row..<row + 1), expected: alone[row].states, relative: 0,
        absolute: 1e-5)
    }
  }

  @Test("weights are the largest, falling", arguments: [1, 3, 29, 30, .max])
  func largestWeights(limit: Int) {
    let network = ModernHopfieldNetwork(patterns: patterns, beta: 0.05)
    var options = RetrievalOptions()
    options.weightLimit = limit
    options.stepLimit = 0
    let queries = MemoryExamples.sphere(3, dimension: 24, radius: 4, seed: 34, as: Float.self)
    let found = network.retrieve(queries, options: options)
    let all = network.weights(at: queries)
    for row in 0..<3 {
      let expected = (0..<30).map { PatternWeight(pattern: $0, weight: Double(all[row, $0])) }
        .sorted { $0.weight > $1.weight }
      #expect(found.weights[row] == Array(expected.prefix(limit)))
    }
  }

  @Test("what is stored is retrieved and what is forgotten is not")
  func storeAndForget() throws {
    var network = ModernHopfieldNetwork<Float>(dimension: 24, beta: 4)
    let empty = network.retrieve(patterns)
    #expect(empty.stopReasons.allSatisfy { $0 == .noMemory } && empty.states.elements == patterns.elements)
    #expect(empty.fixedPoints.allSatisfy { $0 == nil } && network.energy(at: patterns).isFinite)
    network.store(patterns.sliced(axis: 0, 0..<10))
    network.store(patterns.sliced(axis: 0, 10..<30))
    #expect(network.patternCount == 30)
    let whole = ModernHopfieldNetwork(patterns: patterns, beta: 4)
    #expect(network.updated(patterns * 0.9).elements == whole.updated(patterns * 0.9).elements)
    try network.forget(patterns.sliced(axis: 0, 7..<9))
    #expect(network.patternCount == 28)
    let errors = MemoryExamples.distances(network.updated(patterns), patterns)
    #expect(errors.enumerated().allSatisfy { ($1 > 1) == (7..<9).contains($0) })
    let error = #expect(throws: PatternNotStored.self) { try network.forget(patterns.sliced(axis: 0, 6..<8)) }
    #expect(error?.row == 1 && network.patternCount == 28)
    #expect(error?.description == "row 1 of the patterns to forget: expected one of the 28 stored patterns")
  }

  @Test("of equal patterns one copy is forgotten at a time")
  func copies() throws {
    let twice = Tensor.concatenated([patterns, patterns.sliced(axis: 0, 3..<4)], axis: 0)
    var network = ModernHopfieldNetwork(patterns: twice, beta: 1, weighting: .sparsemax)
    try network.forget(patterns.sliced(axis: 0, 3..<4))
    #expect(network.patternCount == 30)
    #expect(throws: PatternNotStored.self) {
      try network.forget(
        .concatenated([patterns.sliced(axis: 0, 3..<4), twice.sliced(axis: 0, 30..<31)], axis: 0))
    }
    try network.forget(patterns)
    #expect(network.patternCount == 0)
  }

  @Test("wrong shapes stop with both of them")
  func shapes() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let network = ModernHopfieldNetwork(patterns: Tensor<Float>.ones([3, 4]), beta: 1)
      _ = network.retrieve(.ones([2, 5]))
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("[2, 5]") && message.contains("[3, 4]"))
  }
}
