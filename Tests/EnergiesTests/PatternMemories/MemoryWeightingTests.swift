import Energies
import Tensors
import TestSupport
import Testing

struct MemoryWeightingTests {
  static let sparse: [MemoryWeighting] = [.sparsemax, .entmax15]

  /// The weights from the threshold at which they add up to 1, found by bisection.
  private func bisected(_ scores: [Double], _ weighting: MemoryWeighting) -> [Double] {
    let largest = scores.max() ?? 0
    func weights(_ threshold: Double) -> [Double] {
      weighting == .sparsemax
        ? scores.map { max($0 - threshold, 0) }
        : scores.map {
          let root = max($0 / 2 - threshold, 0)
          return root * root
        }
    }
    var (low, high) = weighting == .sparsemax ? (largest - 1, largest) : (largest / 2 - 1, largest / 2)
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if weights(middle).reduce(0, +) >= 1 { low = middle } else { high = middle }
    }
    return weights(low)
  }

  @Test("sparse weights are those of a bisected threshold", arguments: sparse)
  func weights(weighting: MemoryWeighting) {
    for (scale, seed) in [(0.1, 1), (1, 2), (3, 3)] as [(Double, UInt64)] {
      let scores = normalTensor([3, 11], seed: seed) * scale
      let expected = (0..<3).flatMap { bisected(Array(scores.elements[$0 * 11..<($0 + 1) * 11]), weighting) }
      expectClose(
        actual: weighting.weights(scores), expected: Tensor(shape: [3, 11], elements: expected), relative: 0,
        absolute: 1e-12, "scale \(scale)")
      let single = weighting.weights(scores.converted(to: Float.self))
      expectClose(
        actual: single, expected: Tensor(shape: [3, 11], elements: expected), relative: 0, absolute: 1e-6)
    }
  }

  @Test(
    "weights far from the largest score are exactly 0, and a lead of the margin takes all", arguments: sparse)
  func exactZeros(weighting: MemoryWeighting) {
    let margin = weighting.margin
    #expect(margin == (weighting == .sparsemax ? 1 : 2))
    let led = Tensor<Double>(shape: [4], elements: [7 - margin, 7, 7 - margin, -3])
    #expect(weighting.weights(led).elements == [0, 1, 0, 0])
    let closer = Tensor<Double>(shape: [4], elements: [7 - margin + 0.01, 7, 7 - margin, -3])
    let weights = weighting.weights(closer).elements
    #expect(weights[0] > 0 && weights[1] < 1 && weights[2] == 0 && weights[3] == 0)
    let many = weighting.weights(normalTensor([2, 40], seed: 4) * 2)
    #expect(many.elements.filter { $0 == 0 }.count > 40)
    expectClose(actual: many.sum(axes: [1]), expected: Tensor<Double>.ones([2]), relative: 1e-13)
    #expect(MemoryWeighting.softmax.margin == .infinity)
  }

  @Test(
    "equal scores get equal weights, and scores of size 1e4 lose nothing",
    arguments: MemoryWeighting.allCases)
  func ties(weighting: MemoryWeighting) {
    expectClose(
      actual: weighting.weights(Tensor<Double>(repeating: 1e4, shape: [2, 5])),
      expected: Tensor<Double>(repeating: 0.2, shape: [2, 5]), relative: 1e-13)
  }

  @Test("the conjugate is the maximum of p·z - Omega(p)", arguments: MemoryWeighting.allCases)
  func conjugate(weighting: MemoryWeighting) {
    func negentropy(_ p: Tensor<Double>) -> Double {
      switch weighting {
      case .softmax: (p * p.atLeast(1e-300).logarithm()).sum().scalar
      case .entmax15: 4 / 3 * (p.power(1.5).sum().scalar - 1)
      case .sparsemax: 0.5 * (p.squared().sum().scalar - 1)
      }
    }
    let scores = normalTensor([7], seed: 5)
    let best = weighting.conjugate(scores.reshaped([1, 7])).scalar
    let weights = weighting.weights(scores)
    #expect(abs((weights * scores).sum().scalar - negentropy(weights) - best) < 1e-12)
    for seed in 6..<60 {
      let other = (normalTensor([7], seed: UInt64(seed)) * 1.5).softmax()
      #expect((other * scores).sum().scalar - negentropy(other) <= best + 1e-12)
    }
    let equal = Tensor<Double>(repeating: 1 / 7, shape: [7])
    #expect(abs(weighting.largestEntropy(of: 7) + negentropy(equal)) < 1e-12)
  }

  @Test("derivatives are those of central differences", arguments: MemoryWeighting.allCases)
  func derivatives(weighting: MemoryWeighting) throws {
    // No score crosses the border of the support within the differences.
    let scores = normalTensor([2, 6], seed: 61) * 0.9
    try expectDerivativesMatchFiniteDifferences(at: [scores], step: 1e-4, relative: 1e-6, absolute: 1e-6) {
      weighting.conjugate($0[0])
    }
    expectGradientMatchesFiniteDifferences(at: scores, step: 1e-4, relative: 1e-7, absolute: 1e-8) {
      weighting.weights($0)
    }
  }
}
