import Energies
import Memories
import Tensors
import TestSupport
import Testing

/// Passes over blocks of patterns give what whole matrices give.
@Suite(.serialized)
struct ModernHopfieldStreamTests {
  /// Several segments of several blocks, the last of which is not full; more queries than a tile holds.
  private let patternCount = 12_345
  private let queryCount = 67

  private func patterns<Scalar: TensorScalar>(_ type: Scalar.Type) -> Tensor<Scalar> {
    normalTensor([patternCount, 7], seed: 1, as: type)
  }

  private func queries<Scalar: TensorScalar>(_ type: Scalar.Type) -> Tensor<Scalar> {
    normalTensor([queryCount, 7], seed: 2, as: type)
  }

  private func expectDirect<Scalar: TensorScalar>(
    _ weighting: MemoryWeighting, _ type: Scalar.Type, tolerance: Double
  ) {
    let (patterns, queries) = (patterns(type), queries(type))
    let beta: Scalar = 1.7
    let network = ModernHopfieldNetwork(
      source: CopyingSource(rows: patterns), beta: beta, weighting: weighting)
    let scores = queries.matrixProduct(patterns, otherTransposed: true) * beta
    let weights = weighting.weights(scores)
    expectClose(
      actual: network.updated(queries), expected: weights.matrixProduct(patterns), relative: 0,
      absolute: tolerance, "\(weighting)")
    expectClose(
      actual: network.weights(at: queries), expected: weights, relative: 0, absolute: tolerance,
      "\(weighting)")
    let energy = PatternMemoryEnergy(memories: patterns.transposed, beta: beta, weighting: weighting)
    let expected = energy.energy(at: Activations(queries.reshaped([queryCount, 1, 7])))
    expectClose(
      actual: network.energy(at: queries), expected: expected, relative: 0, absolute: 10 * tolerance,
      "\(weighting)")
  }

  @Test("in double precision", arguments: MemoryWeighting.allCases)
  func double(weighting: MemoryWeighting) { expectDirect(weighting, Double.self, tolerance: 1e-12) }

  @Test("in single precision", arguments: MemoryWeighting.allCases)
  func single(weighting: MemoryWeighting) { expectDirect(weighting, Float.self, tolerance: 2e-5) }

  @Test("scores of size 1e5 do not overflow, whatever the order of blocks")
  func largeScores() {
    // The largest scores come last, where every sum so far must shrink to nothing.
    let rising = Tensor<Float>(shape: [9_000, 2], elements: (0..<9_000).flatMap { [Float($0), 1] })
    let network = ModernHopfieldNetwork(patterns: rising, beta: 2)
    let found = network.updated(Tensor(shape: [2, 2], elements: [30, 0, -30, 0]))
    #expect(found.elements == [8_999, 1, 0, 1])
    #expect(network.energy(at: found).isFinite)
  }

  @Test("the bits do not depend on the number of threads", arguments: MemoryWeighting.allCases)
  func threads(weighting: MemoryWeighting) {
    let network = ModernHopfieldNetwork(patterns: patterns(Float.self), beta: 1.7, weighting: weighting)
    var options = RetrievalOptions()
    options.stepLimit = 3
    options.measuresSpectralRadius = true
    func run(_ count: Int) -> Retrieval<Float> {
      let before = Parallelism.threadCount
      Parallelism.threadCount = count
      defer { Parallelism.threadCount = before }
      return network.retrieve(queries(Float.self).sliced(axis: 0, 0..<5), options: options)
    }
    let expected = run(1)
    for count in [2, 5] {
      let found = run(count)
      #expect(found.states.elements == expected.states.elements)
      #expect(found.energies == expected.energies && found.weights == expected.weights)
      #expect(found.fixedPoints == expected.fixedPoints)
    }
  }
}
