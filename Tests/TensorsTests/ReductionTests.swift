import Tensors
import TestSupport
import Testing

/// Sums, means, maxima and inner products.
struct ReductionTests {
  static let shapes: [[Int]] = [
    [], [1], [7], [3, 5], [2, 3, 19], [4, 1, 3], [2, 3, 5, 4], [2, 0, 3], [0],
  ]

  /// Every set of axes of a rank.
  static func axisSets(_ rank: Int) -> [[Int]] {
    allIndices(Array(repeating: 2, count: rank)).map { chosen in chosen.indices.filter { chosen[$0] == 1 } }
  }

  /// The sum over some axes, by visiting every element.
  static func naiveSum(_ x: Tensor<Double>, _ axes: [Int]) -> (kept: Tensor<Double>, removed: Tensor<Double>)
  {
    let kept = x.shape.indices.map { axes.contains($0) ? 1 : x.shape[$0] }
    var totals = [Double](repeating: 0, count: kept.reduce(1, *))
    for (index, value) in zip(allIndices(x.shape), x.elements) {
      var position = 0
      for axis in kept.indices { position = position * kept[axis] + (kept[axis] == 1 ? 0 : index[axis]) }
      totals[position] += value
    }
    let removed = x.shape.indices.filter { !axes.contains($0) }.map { x.shape[$0] }
    return (Tensor(shape: kept, elements: totals), Tensor(shape: removed, elements: totals))
  }

  @Test("sums over every set of axes match a loop", arguments: shapes)
  func sums(shape: [Int]) {
    let x = normalTensor(shape, seed: 1)
    for axes in Self.axisSets(shape.count) {
      let expected = Self.naiveSum(x, axes)
      expectClose(
        actual: x.sum(axes: axes, keepingDimensions: true), expected: expected.kept, relative: 1e-14,
        absolute: 1e-14, "\(axes)")
      // Counted from the back, and in another order.
      let fromBack = axes.reversed().map { $0 - shape.count }
      expectClose(
        actual: x.sum(axes: fromBack), expected: expected.removed, relative: 1e-14, absolute: 1e-14, "\(axes)"
      )
      let size = axes.reduce(1) { $0 * shape[$1] }
      if size > 0 {
        expectClose(
          actual: x.mean(axes: axes), expected: expected.removed / Double(size), relative: 1e-14,
          absolute: 1e-14, "\(axes)")
      }
    }
    expectClose(actual: x.sum(), expected: Tensor(x.elements.total), relative: 1e-13, absolute: 1e-14)
  }

  @Test("maxima along every axis match a loop", arguments: shapes.filter { !$0.isEmpty && !$0.contains(0) })
  func maxima(shape: [Int]) {
    let x = normalTensor(shape, seed: 2) - 5
    let reader = Reader(x)
    for axis in shape.indices {
      let kept = shape.indices.map { $0 == axis ? 1 : shape[$0] }
      let expected = tensor(kept) { index in
        var along = index
        return (0..<shape[axis]).map {
          along[axis] = $0; return reader[along]
        }.max() ?? .nan
      }
      #expect(x.maximum(axis: axis, keepingDimensions: true).elements == expected.elements)
      #expect(x.maximum(axis: axis, keepingDimensions: true).shape == kept)
      #expect(
        x.maximum(axis: axis - shape.count).shape == shape.indices.filter { $0 != axis }.map { shape[$0] })
    }
  }

  @Test("lengths across every vector width and tail, in both precisions", arguments: 1...70)
  func tails(length: Int) {
    func check<Scalar: TensorScalar>(_ type: Scalar.Type, _ tolerance: Double) {
      for (shape, axis) in [([3, length], 1), ([length, 3], 0), ([2, 3, length], 1)] {
        let x = normalTensor(shape, seed: UInt64(length), as: type)
        let sums = Self.naiveSum(x.converted(to: Double.self), [axis]).removed
        expectClose(
          actual: x.sum(axes: [axis]), expected: sums, relative: tolerance, absolute: 10 * tolerance)
        let largest = x.maximum(axis: axis, keepingDimensions: true)
        // An upper bound that is reached once along the axis.
        let reached = x.equals(largest).sum(axes: [axis])
        #expect(reached.elements.allSatisfy { $0 == 1 })
        #expect((largest - x).elements.allSatisfy { $0 >= 0 })
      }
    }
    check(Float.self, 1e-6)
    check(Double.self, 1e-14)
  }

  @Test("sizes that are cut over threads, and long rows")
  func large() {
    for (shape, axes) in [
      ([1_003, 257], [1]), ([257, 1_003], [0]), ([301, 7, 103], [1]), ([200_003], [0]),
    ] {
      let x = normalTensor(shape, seed: 4, as: Float.self)
      let expected = Self.naiveSum(x.converted(to: Double.self), axes).removed
      expectClose(actual: x.sum(axes: axes), expected: expected, relative: 1e-5, absolute: 1e-3)
    }
  }

  @Test("NaN is never hidden by a maximum, wherever it stands", arguments: [1, 2, 15, 16, 17, 33, 50])
  func notNumbers(length: Int) {
    for position in 0..<length {
      for other in [Float(1), -.infinity] {
        var elements = [Float](repeating: other, count: length)
        elements[position] = .nan
        let row = Tensor<Float>(shape: [1, length], elements: elements)
        #expect(row.maximum(axis: 1).elements[0].isNaN, "\(position) of \(length)")
        #expect(row.reshaped([length, 1]).maximum(axis: 0).elements[0].isNaN, "\(position) of \(length)")
        let pairs = row.reshaped([length, 1]).repeated(to: [length, 2])
        #expect(pairs.maximum(axis: 0).elements.allSatisfy { $0.isNaN }, "\(position) of \(length)")
        #expect(row.sum().scalar.isNaN)
      }
    }
  }

  @Test(
    "first and second derivatives of sums, means and maxima",
    arguments: [[4], [3, 2], [2, 3, 4], [2, 2, 1, 3]])
  func derivatives(shape: [Int]) throws {
    let x = separatedTensor(shape, seed: 5)
    for axes in Self.axisSets(shape.count) {
      for keeping in [false, true] {
        try expectDerivativesMatchFiniteDifferences(at: [x], absolute: 1e-8, "\(axes)") {
          $0[0].squared().sum(axes: axes, keepingDimensions: keeping).squared()
        }
        try expectDerivativesMatchFiniteDifferences(at: [x], absolute: 1e-8, "\(axes)") {
          $0[0].sine().mean(axes: axes, keepingDimensions: keeping).squared()
        }
      }
    }
    for axis in shape.indices {
      try expectDerivativesMatchFiniteDifferences(at: [x], absolute: 1e-8, "\(axis)") {
        $0[0].maximum(axis: axis).squared()
      }
    }
  }

  @Test("tied maxima share the derivative equally, also of second order")
  func ties() {
    let x = Tensor<Double>(shape: [2, 4], elements: [3, 1, 3, 3, -2, -2, -5, -2])
    let first = gradient(at: x) { ($0.maximum(axis: 1) * Tensor(shape: [2], elements: [6, 9])).sum() }
    #expect(first.elements == [2, 0, 2, 2, 3, 3, 0, 3])
    // m^2 with m = (a + b + c) / 3 among the tied: the second derivative is 2/9 for every pair.
    let second = gradient(at: x) { outer in
      gradient(at: outer) { $0.maximum(axis: 1).squared().sum() }.sliced(axis: 1, 0..<1).sum()
    }
    let share = 2.0 / 9
    expectClose(
      actual: second,
      expected: Tensor(shape: [2, 4], elements: [share, 0, share, share, share, share, 0, share]),
      relative: 1e-14)
  }

  @Test("the inner product of Floats is accumulated in double precision")
  func innerProducts() {
    for length in Array(0...70) + [100_001] {
      let (a, b) = (
        normalTensor([length], seed: 6, as: Float.self), normalTensor([length], seed: 7, as: Float.self)
      )
      let expected = zip(a.elements, b.elements).map { Double($0) * Double($1) }.total
      #expect(abs(a.innerProduct(b) - expected) <= 1e-12 * (1 + Double(length)))
    }
  }

  @Test("argmax is where the largest element lies along an axis, the first of equal ones")
  func argmax() {
    let x = Tensor<Double>(shape: [2, 3, 2], elements: [1, 9, 5, 2, 5, 3, -4, -1, -2, -1, -3, 0])
    #expect(x.argmax(axis: 1) == [1, 0, 1, 2])
    #expect(x.argmax() == [1, 0, 0, 1, 1, 1])
    #expect(x.argmax(axis: 0) == [0, 0, 0, 0, 0, 0])
    #expect(Tensor<Float>(shape: [1, 1], elements: [3]).argmax() == [0])
  }
}
