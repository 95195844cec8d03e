import Energies
import Tensors
import TestSupport
import Testing

/// Sparse weightings of scores of every size, against closed forms and figures of rational arithmetic and mpmath.
struct SparseWeightEdgeTests {
  static let sparse: [MemoryWeighting] = [.sparsemax, .entmax15]

  /// The weights of two scores of which the first leads by `lead`.
  private func pair(_ lead: Double, _ weighting: MemoryWeighting) -> [Double] {
    if lead >= weighting.margin { return [1, 0] }
    if weighting == .sparsemax { return [(1 + lead) / 2, (1 - lead) / 2] }
    let half = lead / 2
    let root = (half + (2 - half * half).squareRoot()) / 2
    return [root * root, (root - half) * (root - half)]
  }

  private func expectPair<Scalar: TensorScalar>(_ scores: [Scalar], _ weighting: MemoryWeighting) {
    // The difference of doubles is exact wherever it is below the margin and matters.
    let lead = Double(scores[0]) - Double(scores[1])
    let expected = pair(lead, weighting)
    let found = weighting.weights(Tensor(shape: [2], elements: scores)).elements
    for (found, expected) in zip(found, expected) {
      #expect(abs(Double(found) - expected) <= Double(Scalar.ulpOfOne), "\(weighting) of \(scores): \(found)")
    }
    if lead >= weighting.margin { #expect(found == [1, 0], "\(weighting) of \(scores): \(found)") }
  }

  /// Every power of 2 there is, and the largest number.
  private func magnitudes<Scalar: TensorScalar>(_ type: Scalar.Type) -> [Scalar] {
    var found: [Scalar] = []
    var size = Scalar.leastNonzeroMagnitude
    while size.isFinite {
      found += [size, -size, size * 1.5]
      size *= 2
    }
    return found.filter { $0.isFinite } + [.greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0]
  }

  private func sweep<Scalar: TensorScalar>(_ weighting: MemoryWeighting, as type: Scalar.Type) {
    for size in magnitudes(type) {
      #expect(weighting.weights(Tensor<Scalar>(shape: [1], elements: [size])).elements == [1])
      let two = weighting.weights(Tensor<Scalar>(shape: [2], elements: [size, size])).elements
      #expect(two.allSatisfy { abs($0 - 0.5) <= Scalar.ulpOfOne } && two[0] == two[1], "\(size)")
      let four = weighting.weights(Tensor<Scalar>(repeating: size, shape: [2, 4]))
      #expect(four.elements.allSatisfy { $0 == 0.25 }, "\(size)")
      let conjugate = Double(weighting.conjugate(Tensor<Scalar>(shape: [1, 1], elements: [size])).scalar)
      #expect(conjugate == Double(size))
      let equal = Double(weighting.conjugate(Tensor<Scalar>(shape: [1, 2], elements: [size, size])).scalar)
      let entropy = weighting == .sparsemax ? 0.25 : 0.39052429175126996747
      #expect(abs(equal - (Double(size) + entropy)) <= Double(Scalar.ulpOfOne) * (abs(Double(size)) + 1))
      for other in [0, size.nextDown, size / 2, size - 1, size - 0.75, size - 2] where other < size {
        if other.isFinite { expectPair([size, other], weighting) }
      }
    }
  }

  @Test("from subnormal to the largest number: one, two and equal scores", arguments: sparse)
  func magnitudes(weighting: MemoryWeighting) {
    sweep(weighting, as: Float.self)
    sweep(weighting, as: Double.self)
  }

  @Test("large scores beside small ones, by every vector unit", arguments: VectorUnit.available)
  func vectorUnits(unit: String) {
    VectorUnit.use(unit) {
      for weighting in Self.sparse {
        for count in 1...70 {
          for place in [0, count / 2, count - 1] {
            for (large, small) in [(33_554_432, 0), (1e8, -1), (3e38, -3e38)] as [(Float, Float)] {
              var scores = [Float](repeating: small, count: count)
              scores[place] = large
              var expected = [Float](repeating: 0, count: count)
              expected[place] = 1
              #expect(weighting.weights(Tensor(shape: [count], elements: scores)).elements == expected)
            }
            for large in [1e16, 1e20, 1e300] {
              var scores = [Double](repeating: 0, count: count)
              (scores[place], scores[0]) = (large, large)
              let found = weighting.weights(Tensor(shape: [count], elements: scores)).elements
              #expect(abs(found[place] - (place == 0 ? 1 : 0.5)) < 1e-15)
              #expect(found.filter { $0 != 0 }.count == (place == 0 ? 1 : 2))
            }
          }
        }
      }
    }
  }

  @Test("whole multiples of 2^-10 have the same weights wherever their largest lies", arguments: sparse)
  func shifts(weighting: MemoryWeighting) {
    let steps = [0, -100, -512, -1023, -1400, -2047, -2048, -5000, -7, -7].map { Double($0) / 1024 }
    // Rational arithmetic, and mpmath with 40 digits.
    let expected =
      weighting == .sparsemax
      ? [0.27783203125, 0.18017578125, 0, 0, 0, 0, 0, 0, 0.27099609375, 0.27099609375]
      : [
        0.24789316367045017101, 0.20165540550555230828, 0.061448810616173113858, 0, 0, 0, 0, 0,
        0.24450131010391220343, 0.24450131010391220343,
      ]
    let conjugate = weighting == .sparsemax ? 0.3504338264465332 : 0.65156168940490615621
    for offset in [0, 1, -3, 1e3, 1_048_576, 4_398_046_511_104, -4_398_046_511_104] as [Double] {
      let scores = Tensor<Double>(shape: [1, 10], elements: steps.map { $0 + offset })
      expectClose(
        actual: weighting.weights(scores), expected: Tensor(shape: [1, 10], elements: expected), relative: 0,
        absolute: 4e-16, "offset \(offset)")
      let found = weighting.conjugate(scores).scalar
      #expect(abs(found - (conjugate + offset)) <= 4e-16 * (1 + abs(offset)))
    }
    for offset in [0, 1, -8_192, 8_192] as [Float] {
      let scores = Tensor<Float>(shape: [1, 10], elements: steps.map { Float($0) + offset })
      expectClose(
        actual: weighting.weights(scores), expected: Tensor(shape: [1, 10], elements: expected), relative: 0,
        absolute: 2e-7, "offset \(offset)")
    }
  }

  @Test("one score before a crowd at the border of the support loses no digits", arguments: sparse)
  func crowd(weighting: MemoryWeighting) {
    let count = 10_000
    let border = weighting == .sparsemax ? -1023.0 / 1024 : -2038.0 / 1024
    let (first, each) =
      weighting == .sparsemax
      ? (0.9990235351464853, 9.764648535146486e-08) : (0.99203521124371493953, 7.9647887562850604676e-7)
    let scores = [1e4] + [Double](repeating: 1e4 + border, count: count)
    let found = weighting.weights(Tensor<Double>(shape: [count + 1], elements: scores)).elements
    #expect(abs(found[0] - first) < 1e-12)
    #expect(found.dropFirst().allSatisfy { abs($0 - each) < 1e-9 * each })
    #expect(abs(found.reduce(0, +) - 1) < 1e-11)
  }

  @Test("NaN and +infinity make a row NaN, -infinity masks a score or a whole row", arguments: sparse)
  func nonFinite(weighting: MemoryWeighting) {
    for count in [1, 3, 17, 40] {
      for bad in [Double.nan, .infinity] {
        for place in [0, count / 2, count - 1] {
          var rows = [[Double]](repeating: [Double](repeating: 0.25, count: count), count: 3)
          rows[1][place] = bad
          let scores = Tensor<Double>(shape: [3, count], elements: rows.flatMap { $0 })
          let found = weighting.weights(scores).elements
          #expect(found[count..<2 * count].allSatisfy { $0.isNaN })
          let others = found[..<count] + found[(2 * count)...]
          #expect(others.allSatisfy { abs($0 - 1 / Double(count)) < 1e-15 })
          #expect(weighting.conjugate(scores).elements.map(\.isNaN) == [false, true, false])
          let slope = gradient(at: scores) { weighting.conjugate($0).sum() }.elements
          #expect(slope[count..<2 * count].allSatisfy { $0.isNaN } && slope[..<count].allSatisfy(\.isFinite))
        }
      }
    }
    let masked = Tensor<Float>(
      shape: [2, 3], elements: [-.infinity, 5e8, 5e8, -.infinity, -.infinity, -.infinity])
    #expect(weighting.weights(masked).elements == [0, 0.5, 0.5, 0, 0, 0])
    #expect(weighting.conjugate(masked).elements == [5e8, -.infinity])
    let slope = gradient(at: masked) {
      (weighting.weights($0) * Tensor(shape: [2, 3], elements: [1, 2, 4, 1, 2, 4])).sum()
    }
    #expect(slope.elements[3...].allSatisfy { $0 == 0 } && slope.elements[..<3].allSatisfy(\.isFinite))
    // As softmax has it.
    #expect(masked.softmax().elements == [0, 0.5, 0.5, 0, 0, 0])
    #expect(masked.logSumExp().elements == [5e8, -.infinity])
  }

  @Test("derivatives at large scores are those of the same scores near 0", arguments: sparse)
  func derivatives(weighting: MemoryWeighting) {
    let near = Tensor<Double>(shape: [1, 4], elements: [0, -0.25, -0.5, -4])
    let direction = Tensor<Double>(shape: [1, 4], elements: [1, -2, 3, 5])
    func slope(_ scores: Tensor<Double>) -> [Double] {
      gradient(at: scores) { (weighting.weights($0) * direction).sum() }.elements
    }
    for offset in [1e8, -1e8, 1_125_899_906_842_624] {
      #expect(slope(near + offset) == slope(near), "\(offset)")
      let first = gradient(at: near + offset) { weighting.conjugate($0).sum() }
      #expect(first.elements == weighting.weights(near).elements)
    }
  }
}
