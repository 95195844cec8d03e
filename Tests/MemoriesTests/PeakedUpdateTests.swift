import Energies
import Memories
import Tensors
import TestSupport
import Testing

/// Updates in which few patterns matter give what all patterns give.
@Suite(.serialized)
struct PeakedUpdateTests {
  private func patterns<Scalar: TensorScalar>(_ type: Scalar.Type) -> Tensor<Scalar> {
    MemoryExamples.sphere(9_001, dimension: 40, radius: 1, seed: 140, as: type)
  }

  /// Some near a pattern, one between two, one far from all and one with nothing in it.
  private func queries<Scalar: TensorScalar>(_ type: Scalar.Type) -> Tensor<Scalar> {
    let rows = patterns(type)
    let near =
      rows.gathered([0, 17, 4_096, 8_999, 9_000], axis: 0)
      + MemoryExamples.sphere(5, dimension: 40, radius: 0.4, seed: 141, as: type)
    let between = (rows.sliced(axis: 0, 5..<6) + rows.sliced(axis: 0, 6_000..<6_001)) * 0.5
    let far = MemoryExamples.sphere(1, dimension: 40, radius: 1, seed: 142, as: type)
    return .concatenated([near, between, far, .zeros([1, 40])], axis: 0)
  }

  private func expectDirect<Scalar: TensorScalar>(_ type: Scalar.Type, tolerance: Double) {
    let (patterns, queries) = (patterns(type), queries(type))
    for beta in [10, 60, 200, 2_000] as [Scalar] {
      let network = ModernHopfieldNetwork(patterns: patterns, beta: beta)
      let scores = queries.matrixProduct(patterns, otherTransposed: true) * beta
      let expected = scores.softmax().matrixProduct(patterns)
      // Rounding of a score is that of beta.
      let allowed = tolerance * Double(beta)
      expectClose(
        actual: network.updated(queries), expected: expected, relative: 0, absolute: allowed, "beta \(beta)")
      let energies = PatternMemoryEnergy(memories: patterns.transposed, beta: beta).energy(
        at: Activations(queries.reshaped([8, 1, 40])))
      expectClose(
        actual: network.energy(at: queries), expected: energies, relative: 0, absolute: allowed,
        "beta \(beta)")
      // One query at a time takes another way through the patterns.
      for row in 0..<8 {
        let one = queries.sliced(axis: 0, row..<row + 1)
        expectClose(
          actual: network.updated(one), expected: expected.sliced(axis: 0, row..<row + 1), relative: 0,
          absolute: allowed, "beta \(beta), query \(row)")
      }
    }
  }

  @Test("in double precision")
  func double() { expectDirect(Double.self, tolerance: 1e-14) }

  @Test("in single precision")
  func single() { expectDirect(Float.self, tolerance: 1e-6) }

  @Test("weights and kinds are those of all patterns", arguments: MemoryWeighting.allCases)
  func weights(weighting: MemoryWeighting) {
    let queries = queries(Double.self)
    var options = RetrievalOptions()
    (options.stepLimit, options.weightLimit) = (0, 5)
    for beta in [60.0, 200] {
      let network = ModernHopfieldNetwork(
        patterns: patterns(Double.self), beta: beta, weighting: weighting)
      let found = network.retrieve(queries, options: options)
      let all = network.weights(at: queries)
      for row in 0..<8 {
        let sorted = (0..<9_001).map { PatternWeight(pattern: $0, weight: all[row, $0]) }
          .sorted { ($0.weight, $1.pattern) > ($1.weight, $0.pattern) }
        let shown = found.weights[row]
        // Softmax weights below rounding may be left out.
        let needed = sorted.count { $0.weight > (weighting == .softmax ? 1e-16 : 0) }
        #expect(shown.count >= min(5, needed) && shown.count <= 5)
        #expect(shown.map(\.pattern) == sorted.prefix(shown.count).map(\.pattern), "beta \(beta), \(row)")
        #expect(zip(shown, sorted).allSatisfy { abs($0.weight - $1.weight) < 1e-11 })
        var (sum, count) = (0.0, 0)
        for share in sorted where sum < 0.9 - 1e-9 {
          sum += share.weight
          count += 1
        }
        #expect(found.fixedPoints[row]?.dominantCount == count)
        #expect(abs((found.fixedPoints[row]?.largestWeight ?? 0) - sorted[0].weight) < 1e-11)
      }
    }
  }

  @Test("a query that is not a number does not change the others")
  func notANumber() {
    let network = ModernHopfieldNetwork(patterns: patterns(Float.self), beta: 200)
    let alone = network.updated(queries(Float.self))
    let bad = Tensor<Float>(repeating: .nan, shape: [1, 40])
    let found = network.updated(.concatenated([queries(Float.self), bad], axis: 0))
    expectClose(actual: found.sliced(axis: 0, 0..<8), expected: alone, relative: 0, absolute: 1e-5)
    #expect(found.sliced(axis: 0, 8..<9).elements.allSatisfy { $0.isNaN })
  }

  @Test("the bits do not depend on the number of threads")
  func threads() {
    let network = ModernHopfieldNetwork(patterns: patterns(Float.self), beta: 60)
    func run(_ count: Int) -> [Float] {
      let before = Parallelism.threadCount
      Parallelism.threadCount = count
      defer { Parallelism.threadCount = before }
      return network.updated(queries(Float.self)).elements
    }
    #expect(run(1) == run(2) && run(1) == run(5))
  }
}
