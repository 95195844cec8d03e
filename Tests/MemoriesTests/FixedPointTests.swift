import Energies
import Memories
import Tensors
import TestSupport
import Testing

struct FixedPointTests {
  /// Two clusters of 6 patterns each, `spread` around centres that lie 2 sqrt(2) apart.
  private func clusters(spread: Double) -> Tensor<Double> {
    let noise = MemoryExamples.sphere(12, dimension: 5, radius: spread, seed: 41)
    let centres = (0..<12).flatMap { row -> [Double] in row < 6 ? [2, 0, 0, 0, 0] : [0, 2, 0, 0, 0] }
    return noise + Tensor(shape: [12, 5], elements: centres)
  }

  private func retrieved(_ beta: Double) -> Retrieval<Double> {
    let patterns = clusters(spread: 0.5)
    var options = RetrievalOptions()
    options.stepLimit = 10_000
    options.tolerance = 1e-10
    options.measuresSpectralRadius = true
    return ModernHopfieldNetwork(patterns: patterns, beta: beta).retrieve(patterns, options: options)
  }

  @Test("the kind goes from global average over metastable to single pattern as beta rises")
  func kinds() {
    let expected: [(beta: Double, kind: FixedPointKind)] = [
      (0.1, .globalAverage), (2.5, .metastable), (100, .singlePattern),
    ]
    for (beta, kind) in expected {
      let found = retrieved(beta)
      #expect(found.fixedPoints.allSatisfy { $0?.kind == kind }, "beta \(beta): \(found.fixedPoints)")
      #expect(found.fixedPoints.allSatisfy { ($0?.spectralRadius ?? 1) < 1 })
    }
    // In the metastable regime a cluster shares the weight.
    #expect(retrieved(2.5).fixedPoints.allSatisfy { (2...6).contains($0?.dominantCount ?? 0) })
  }

  @Test("beta m_max² < 1 over all patterns is the global regime")
  func globalRegime() {
    let patterns = normalTensor([40, 6], seed: 42) + 3
    let centred = patterns - patterns.mean(axes: [0], keepingDimensions: true)
    let spread = centred.squared().sum(axes: [1]).maximum(axis: 0).scalar
    var options = RetrievalOptions()
    options.stepLimit = 10_000
    options.measuresSpectralRadius = true
    let found = ModernHopfieldNetwork(patterns: patterns, beta: 0.1 / spread).retrieve(
      patterns, options: options)
    for point in found.fixedPoints {
      #expect(point?.kind == .globalAverage)
      // Lemma A3.
      #expect((point?.spectralRadius ?? 1) <= 0.1 + 1e-9)
    }
    let distances = MemoryExamples.distances(
      found.states, found.states.sliced(axis: 0, 0..<1).repeated(to: found.states.shape))
    #expect(distances.allSatisfy { $0 < 1e-3 })
  }

  @Test("the borders between kinds")
  func borders() {
    #expect(FixedPointKind(dominantCount: 1, patternCount: 1) == .singlePattern)
    #expect(FixedPointKind(dominantCount: 1, patternCount: 2) == .singlePattern)
    #expect(FixedPointKind(dominantCount: 2, patternCount: 2) == .globalAverage)
    #expect(FixedPointKind(dominantCount: 5, patternCount: 10) == .metastable)
    #expect(FixedPointKind(dominantCount: 6, patternCount: 10) == .globalAverage)
  }

  @Test("the count of weights that make 90 % is that of sorted weights", arguments: [0.1, 1, 3, 10])
  func dominantCount(beta: Double) {
    let patterns = normalTensor([333, 4], seed: 43)
    let network = ModernHopfieldNetwork(patterns: patterns, beta: beta)
    let queries = normalTensor([6, 4], seed: 44)
    var options = RetrievalOptions()
    options.stepLimit = 0
    let found = network.retrieve(queries, options: options)
    let weights = network.weights(at: queries)
    for row in 0..<6 {
      var (sum, count) = (0.0, 0)
      for weight in (0..<333).map({ weights[row, $0] }).sorted(by: >) where sum < 0.9 {
        sum += weight
        count += 1
      }
      #expect(found.fixedPoints[row]?.dominantCount == count)
      #expect(
        found.fixedPoints[row]?.largestWeight
          == weights.sliced(axis: 0, row..<row + 1).maximum(axis: 1).scalar)
    }
  }

  @Test("equal weights count exactly", arguments: [(1, 1), (2, 2), (3, 3), (10, 9), (20, 18), (1_000, 900)])
  func equalWeights(count: Int, dominant: Int) {
    let patterns = Tensor<Float>(repeating: 1, shape: [count, 3])
    let found = ModernHopfieldNetwork(patterns: patterns, beta: 1).retrieve(.ones([1, 3]))
    #expect(found.fixedPoints[0]?.dominantCount == dominant)
  }

  @Test(
    "the Jacobian is that of central differences, its radius that of a dense eigenvalue",
    arguments: MemoryWeighting.allCases)
  func jacobian(weighting: MemoryWeighting) {
    let patterns = normalTensor([15, 6], seed: 45)
    let network = ModernHopfieldNetwork(patterns: patterns, beta: 0.8, weighting: weighting)
    let state = normalTensor([1, 6], seed: 46)
    let width = 1e-5
    var jacobian = [Double](repeating: 0, count: 36)
    for column in 0..<6 {
      var offset = [Double](repeating: 0, count: 6)
      offset[column] = width
      let step = Tensor(shape: [1, 6], elements: offset)
      let slope = (network.updated(state + step) - network.updated(state - step)) / (2 * width)
      for row in 0..<6 { jacobian[row * 6 + column] = slope[0, row] }
    }
    let directions = normalTensor([1, 6], seed: 47)
    let expected = directions.matrixProduct(Tensor(shape: [6, 6], elements: jacobian), otherTransposed: true)
    expectClose(
      actual: network.jacobianProduct(weights: network.weights(at: state), directions), expected: expected,
      relative: 1e-6, absolute: 1e-7)
    let eigenvalues = SymmetricEigenvectors(smallest: 6, of: jacobian, size: 6).values
    let radius = network.spectralRadii(at: state)[0]
    #expect(abs(radius - (eigenvalues.last ?? 0)) < 1e-4 * radius)
    #expect(radius > 0.1)
  }

  @Test("the radius at a lone pattern is 0, in single precision too")
  func loneRadius() {
    let patterns = Tensor<Float>(shape: [2, 3], elements: [1, 0, 0, 0, 1, 0])
    let network = ModernHopfieldNetwork(patterns: patterns, beta: 10, weighting: .sparsemax)
    #expect(network.spectralRadii(at: patterns) == [0, 0])
  }
}
