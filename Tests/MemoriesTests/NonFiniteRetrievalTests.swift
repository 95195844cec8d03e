import ArrayFiles
import Energies
import Foundation
import Memories
import Tensors
import TestSupport
import Testing

/// Scores of every size, and what memories say where numbers end.
struct NonFiniteRetrievalTests {
  private func rows<Scalar: TensorScalar>(_ rows: [[Scalar]]) -> Tensor<Scalar> {
    Tensor(shape: [rows.count, rows[0].count], elements: rows.flatMap { $0 })
  }

  private func expectNearest<Scalar: TensorScalar>(
    _ size: Scalar, beta: Scalar, _ weighting: MemoryWeighting
  ) {
    let patterns = rows([[size, 0], [0, size]])
    let network = ModernHopfieldNetwork(patterns: patterns, beta: beta, weighting: weighting)
    // The last query is as near to both.
    let queries = rows([[size, size / 128], [size / 128, size], [size, size]])
    let found = network.retrieve(queries, options: .updates(1))
    let states = found.states.elements
    #expect(Array(states[..<4]) == patterns.elements, "\(weighting), \(size): \(states)")
    #expect(states[4...].allSatisfy { abs($0 - size / 2) <= 4 * Scalar.ulpOfOne * size })
    let told = network.retrieve(queries)
    #expect(told.stopReasons.allSatisfy { $0 == .converged })
    #expect(told.fixedPoints.prefix(2).allSatisfy { $0?.kind == .singlePattern })
    #expect(told.energies.joined().allSatisfy { $0.isFinite })
  }

  @Test("scores of every size retrieve the nearest pattern exactly", arguments: MemoryWeighting.allCases)
  func sizes(weighting: MemoryWeighting) {
    for (size, beta) in [(100, 1e4), (5_793, 1), (1e9, 1), (1e18, 1e-9), (1e-15, 1e36)] as [(Float, Float)] {
      expectNearest(size, beta: beta, weighting)
    }
    for (size, beta) in [(1e8, 1), (1e10, 1), (1e150, 1), (1e-140, 1e300)] as [(Double, Double)] {
      expectNearest(size, beta: beta, weighting)
    }
  }

  private func expectLost<Scalar: TensorScalar>(
    _ found: Retrieval<Scalar>, _ query: Int = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(found.stopReasons[query] == .nonFinite, sourceLocation: sourceLocation)
    #expect(found.fixedPoints[query] == nil, sourceLocation: sourceLocation)
    #expect(found.weights[query].isEmpty, sourceLocation: sourceLocation)
    #expect(found.states.isFinite, sourceLocation: sourceLocation)
    #expect(found.energies.joined().allSatisfy { $0.isFinite }, sourceLocation: sourceLocation)
  }

  @Test(
    "a retrieval whose scores overflow says so, names no kind and keeps its last state",
    arguments: MemoryWeighting.allCases)
  func overflow(weighting: MemoryWeighting) {
    let patterns = rows([[1e30, 0, 0], [0, 1e30, 0], [0, 0, 1e5]] as [[Float]])
    let network = ModernHopfieldNetwork(patterns: patterns, beta: 1, weighting: weighting)
    let queries = rows([[1e30, 1e29, 0], [-1e30, -1e30, -1e30], [0, 0, 1e9]] as [[Float]])
    for measuresRadius in [false, true] {
      for steps in 0...3 {
        var options = RetrievalOptions()
        (options.stepLimit, options.measuresSpectralRadius) = (steps, measuresRadius)
        let found = network.retrieve(queries, options: options)
        expectLost(found, 0)
        #expect(found.states.elements[..<3] == queries.elements[..<3] && found.steps[0] == 0)
        #expect(found.stopReasons[2] != .nonFinite && found.weights[2].first?.weight == 1)
      }
    }
    // The first update is finite and leads to where scores are not.
    let small = rows([[1, 0, 0], [0, 0, 4]] as [[Float]])
    for steps in 1...3 {
      var options = RetrievalOptions()
      options.stepLimit = steps
      let found = network.retrieve(small, options: options)
      expectLost(found, 0)
      #expect(found.steps[0] == 1 && found.states.elements[..<3] == [1e30, 0, 0])
      (options.recordsEnergies, options.classifiesFixedPoints) = (false, false)
      expectLost(network.retrieve(small, options: options), 0)
    }
    #expect(network.energy(at: queries).elements.map(\.isNaN).prefix(1) == [true])
  }

  @Test("a block of scores below every number is passed over", arguments: MemoryWeighting.allCases)
  func negativeOverflow(weighting: MemoryWeighting) {
    var all = [[Float]](repeating: [-1e20, 0], count: 1_100)
    all += [[Float]](repeating: [1, 0], count: 100)
    all += [[2, 5]]
    let query = rows([[1e20, 0] as [Float]])
    let network = ModernHopfieldNetwork(patterns: rows(all), beta: 1, weighting: weighting)
    #expect(network.retrieve(query, options: .updates(1)).states.elements == [2, 5])
    let none = ModernHopfieldNetwork(patterns: rows(Array(all[..<1_100])), beta: 1, weighting: weighting)
    expectLost(none.retrieve(query))
    #expect(none.retrieve(query).states.elements == query.elements)
  }

  @Test(
    "a pattern of a file that is not a number, wherever it lies, is no silent miss",
    arguments: MemoryWeighting.allCases)
  func brokenFile(weighting: MemoryWeighting) throws {
    let good = normalTensor([9_000, 4], seed: 140, as: Float.self)
    for (row, value) in [(0, Float.nan), (5_000, .infinity), (8_999, .nan)] {
      var elements = good.elements
      elements[row * 4 + 2] = value
      let stored = try StoredPatterns<Float>(StoredArray(shape: [9_000, 4], floats: elements))
      #expect(stored.largestNorm == .infinity)
      // Products with infinity are that.
      let queries = good.sliced(axis: 0, 20..<23).absoluteValue() + 0.1
      let modern = ModernHopfieldNetwork(source: stored, beta: 40, weighting: weighting)
      let balls = LogSumReLUMemory(source: stored, beta: 40)
      for query in 0..<3 {
        expectLost(modern.retrieve(queries), query)
        expectLost(balls.retrieve(queries), query)
      }
    }
  }

  @Test("balls: far is out of reach whatever the size, and products beyond the largest number are no miss")
  func balls() {
    let unit = LogSumReLUMemory(patterns: rows([[1, 0], [0, 1]] as [[Float]]), beta: 2)
    let far = unit.retrieve(rows([[1e25, 0], [3e38, 3e38], [1, 0.1]] as [[Float]]))
    #expect(far.stopReasons == [.noMemory, .noMemory, .converged])
    #expect(far.energies.joined().allSatisfy { $0.isFinite } && far.fixedPoints[0] == nil)
    let large = LogSumReLUMemory(patterns: rows([[1e25, 0], [0, 1]] as [[Float]]), beta: 2)
    expectLost(large.retrieve(rows([[1e25, 0] as [Float]])))
    let double = LogSumReLUMemory(patterns: rows([[1e160, 0], [0, 1]]), beta: 2)
    expectLost(double.retrieve(rows([[1e160, 0]])))
    #expect(double.retrieve(rows([[1e161, 0]])).stopReasons == [.noMemory])
  }

  @Test("random features: angles beyond the largest number are said in retrieval and refused in storing")
  func randomFeatures() async {
    var random = RandomStream(seed: 141)
    var memory = RandomFeatureMemory<Float>(dimension: 3, featureCount: 50, beta: 4, using: &random)
    memory.store(rows([[1, 0, 0], [0, 1, 0]]))
    let found = memory.retrieve(rows([[3e38, 3e38, 3e38], [1, 0, 0]]))
    expectLost(found)
    #expect(found.stopReasons[1] == .converged)
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var random = RandomStream(seed: 141)
      var memory = RandomFeatureMemory<Float>(dimension: 3, featureCount: 50, beta: 4, using: &random)
      memory.store(Tensor(shape: [1, 3], elements: [3e38, 3e38, 3e38]))
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("angles"))
  }

  @Test("patterns that are no numbers are not stored")
  func notStored() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = ModernHopfieldNetwork(
        patterns: Tensor<Float>(shape: [2, 3], elements: [1, 2, 3, 4, .nan, 6]), beta: 1)
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("number 1 of row 1") && message.contains("nan"))
  }

  @Test("norms neither overflow nor vanish")
  func norms() throws {
    for exponent in stride(from: -1_070, through: 1_020, by: 10) {
      let unit = Double(sign: .plus, exponent: exponent, significand: 1)
      #expect(PatternStore(rows([[3 * unit, -4 * unit], [unit, 0]])).largestNorm == 5 * unit)
    }
    for exponent in -148...124 {
      let unit = Float(sign: .plus, exponent: exponent, significand: 1)
      let array = StoredArray(shape: [2, 2], floats: [3 * unit, -4 * unit, unit, 0])
      let stored = try StoredPatterns<Float>(array)
      #expect(stored.largestNorm == 5 * Double(unit))
    }
  }

  @Test("a memory that stores nothing, or no more, leaves queries and says that nothing is in reach")
  func empty() throws {
    let patterns = MemoryExamples.signs(3, dimension: 6, seed: 142)
    var random = RandomStream(seed: 143)
    let order = UpdateOrder.asynchronous(random: RandomStream(seed: 144))
    var memories: [any AssociativeMemory<Float>] = [
      BinaryHopfieldNetwork<Float>(dimension: 6, order: order),
      BinaryHopfieldNetwork<Float>(dimension: 6, rule: .pseudoInverse, order: .synchronous),
      LogSumReLUMemory(patterns: .zeros([0, 6]), beta: 1),
      RandomFeatureMemory<Float>(dimension: 6, featureCount: 30, beta: 1, using: &random),
    ]
    for function in [SeparationFunction.power(degree: 3), .rectifiedPower(degree: 2), .exponential] {
      memories.append(DenseAssociativeMemory<Float>(dimension: 6, function: function, order: order))
      memories.append(DenseAssociativeMemory<Float>(dimension: 6, function: function, order: .synchronous))
    }
    for weighting in MemoryWeighting.allCases {
      memories.append(ModernHopfieldNetwork<Float>(dimension: 6, beta: 1, weighting: weighting))
    }
    for index in memories.indices {
      for _ in 0..<2 {
        let found = memories[index].retrieve(patterns)
        #expect(found.states.elements == patterns.elements && found.steps == [0, 0, 0], "memory \(index)")
        #expect(found.stopReasons == [.noMemory, .noMemory, .noMemory], "memory \(index)")
        #expect(found.fixedPoints == [nil, nil, nil] && found.weights == [[], [], []])
        #expect(found.energies.allSatisfy { $0.count == 1 && $0[0].isFinite })
        #expect(memories[index].energy(at: patterns).isFinite)
        memories[index].store(patterns)
        #expect(memories[index].retrieve(patterns).stopReasons.allSatisfy { $0 != .noMemory })
        try memories[index].forget(patterns)
      }
    }
  }
}
