import Energies
import Memories
import Tensors
import TestSupport
import Testing

struct RandomFeatureMemoryTests {
  private let patterns = MemoryExamples.sphere(8, dimension: 10, radius: 3, seed: 81)

  private func memory<Scalar: TensorScalar>(
    _ featureCount: Int, seed: UInt64 = 82, as type: Scalar.Type = Double.self
  ) -> RandomFeatureMemory<Scalar> {
    var random = RandomStream(seed: seed)
    return RandomFeatureMemory(dimension: 10, featureCount: featureCount, beta: 1, using: &random)
  }

  @Test("the error of the energy falls as 1 / sqrt(features)")
  func errorRate() {
    let queries = patterns * 0.9
    let exact =
      queries.matrixProduct(patterns, otherTransposed: true)
      - queries.squared().sum(axes: [1], keepingDimensions: true) * 0.5
      - patterns.squared().sum(axes: [1]).reshaped([1, 8]) * 0.5
    let expected = -exact.logSumExp()
    func error(_ featureCount: Int) -> Double {
      let squares = (0..<30).map { draw -> Double in
        var memory = memory(featureCount, seed: UInt64(500 + draw))
        memory.store(patterns)
        return (memory.energy(at: queries) - expected).squared().mean().scalar
      }
      return (squares.reduce(0, +) / 30).squareRoot()
    }
    let errors = [250, 1_000, 4_000].map(error)
    for (more, fewer) in zip(errors.dropFirst(), errors) {
      #expect((0.4...0.62).contains(more / fewer), "\(errors)")
    }
  }

  @Test("noisy patterns are retrieved, and the energy never rises", arguments: [true, false])
  func retrieval(isDouble: Bool) {
    if isDouble { expectRetrieval(Double.self) } else { expectRetrieval(Float.self) }
  }

  /// Where the mean shift of the exact kernels leads.
  private func exactFixedPoints(_ queries: Tensor<Double>) -> Tensor<Double> {
    let squares = patterns.squared().sum(axes: [1]).reshaped([1, 8]) * 0.5
    return (0..<500).reduce(queries) { states, _ in
      (states.matrixProduct(patterns, otherTransposed: true) - squares).softmax().matrixProduct(patterns)
    }
  }

  private func expectRetrieval<Scalar: TensorScalar>(_ type: Scalar.Type) {
    var memory = memory(6_000, as: type)
    memory.store(patterns.converted(to: type))
    let noise = MemoryExamples.sphere(8, dimension: 10, radius: 0.7, seed: 83)
    let found = memory.retrieve((patterns + noise).converted(to: type))
    let expected = exactFixedPoints(patterns + noise)
    let errors = MemoryExamples.distances(found.states.converted(to: Double.self), expected)
    #expect(errors.allSatisfy { $0 < 0.2 }, "\(errors)")
    #expect(MemoryExamples.distances(expected, patterns + noise).allSatisfy { $0 > 0.3 })
    // Energies of one state from passes over different batches differ by rounding.
    #expect(MemoryExamples.largestRise(found.energies) <= 4 * Double(Scalar.ulpOfOne))
    #expect(found.stopReasons.allSatisfy { $0 == .converged })
    #expect(found.fixedPoints.allSatisfy { $0 == nil } && found.weights.allSatisfy { $0.isEmpty })
  }

  @Test("the memory is of one size; adding and removing patterns adds and subtracts features")
  func addAndRemove() throws {
    var memory = memory(3_000)
    #expect(memory.energyFunction.total.count == 6_000)
    memory.store(patterns.sliced(axis: 0, 0..<5))
    let before = memory.energyFunction.total
    memory.store(patterns.sliced(axis: 0, 5..<8))
    #expect(memory.energyFunction.total.count == 6_000 && memory.patternCount == 8)
    try memory.forget(patterns.sliced(axis: 0, 5..<8))
    expectClose(actual: memory.energyFunction.total, expected: before, relative: 0, absolute: 1e-11)
    let seventh = patterns.sliced(axis: 0, 6..<7)
    #expect(memory.energy(at: seventh).scalar > memory.energy(at: patterns.sliced(axis: 0, 0..<1)).scalar + 1)
    #expect(throws: PatternNotStored.self) { try memory.forget(patterns) }
    try memory.forget(patterns.sliced(axis: 0, 0..<5))
    #expect(memory.energyFunction.total.elements.allSatisfy { $0 == 0 })
    #expect(memory.retrieve(patterns).stopReasons.allSatisfy { $0 == .noMemory })
  }
}
