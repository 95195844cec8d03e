import Foundation
import Tensors
import TestSupport
import Testing

/// Softmax, log-sum-exp and standardised rows.
struct NormalizationTests {
  private static func rows(_ x: Tensor<Double>) -> [[Double]] {
    let columns = x.shape[x.rank - 1]
    let elements = x.elements
    return stride(from: 0, to: elements.count, by: columns).map { Array(elements[$0..<$0 + columns]) }
  }

  private static func naiveSoftmax(_ row: [Double]) -> [Double] {
    let largest = row.max() ?? 0
    let terms = row.map { exp($0 - largest) }
    let total = terms.total
    return terms.map { $0 / total }
  }

  private static func naiveStandardized(_ row: [Double], _ epsilon: Double) -> [Double] {
    let mean = row.total / Double(row.count)
    let variance = row.map { ($0 - mean) * ($0 - mean) }.total / Double(row.count)
    return row.map { ($0 - mean) / (variance + epsilon).squareRoot() }
  }

  @Test("every row length across vector widths, in both precisions", arguments: 1...70)
  func values(length: Int) {
    func check<Scalar: TensorScalar>(_ type: Scalar.Type, _ tolerance: Double) {
      for shape in [[length], [3, length], [2, 3, length], [2, 1, 2, length]] {
        let drawn = normalTensor(shape, seed: UInt64(length), as: type) * 3
        let x = drawn.converted(to: Double.self)
        let rows = Self.rows(x)
        expectClose(
          actual: drawn.softmax(), expected: Tensor(shape: shape, elements: rows.flatMap(Self.naiveSoftmax)),
          relative: 10 * tolerance)
        expectClose(
          actual: drawn.logSumExp(),
          expected: Tensor(shape: Array(shape.dropLast()), elements: rows.map { log($0.map(exp).total) }),
          relative: tolerance, absolute: tolerance * 4)
        for epsilon in [1e-5, 0.5] {
          expectClose(
            actual: drawn.standardized(epsilon: Scalar(epsilon)),
            expected: Tensor(shape: shape, elements: rows.flatMap { Self.naiveStandardized($0, epsilon) }),
            relative: 10 * tolerance, absolute: 10 * tolerance)
        }
      }
    }
    check(Float.self, 5e-7)
    check(Double.self, 1e-15)
  }

  @Test("sizes that are cut over threads")
  func large() {
    for shape in [[997, 101], [3, 50_021]] {
      let x = normalTensor(shape, seed: 1, as: Float.self)
      let rows = Self.rows(x.converted(to: Double.self))
      expectClose(
        actual: x.softmax(), expected: Tensor(shape: shape, elements: rows.flatMap(Self.naiveSoftmax)),
        relative: 1e-5)
      expectClose(
        actual: x.standardized(epsilon: 1e-5),
        expected: Tensor(shape: shape, elements: rows.flatMap { Self.naiveStandardized($0, 1e-5) }),
        relative: 1e-5, absolute: 1e-5)
    }
  }

  @Test("no rows at all give no rows")
  func noRows() {
    let x = Tensor<Float>.zeros([2, 0, 5])
    #expect(x.softmax().shape == [2, 0, 5])
    #expect(x.logSumExp().shape == [2, 0])
    #expect(x.standardized(epsilon: 1).shape == [2, 0, 5])
  }

  @Test("first and second derivatives", arguments: [[1], [5], [2, 3], [2, 2, 4]])
  func derivatives(shape: [Int]) throws {
    let x = normalTensor(shape, seed: 2)
    try expectDerivativesMatchFiniteDifferences(at: [x], "softmax") { $0[0].softmax() }
    try expectDerivativesMatchFiniteDifferences(at: [x], "log sum exp") { $0[0].logSumExp() }
    try expectDerivativesMatchFiniteDifferences(at: [x], relative: 1e-7, absolute: 1e-7, "standardized") {
      $0[0].standardized(epsilon: 0.1)
    }
    try expectDerivativesMatchFiniteDifferences(at: [x, normalTensor(shape, seed: 3)], "softmax pullback") {
      $0[0].softmax().softmaxPullback($0[1])
    }
  }

  @Test("third derivatives")
  func thirdDerivatives() throws {
    let x = normalTensor([2, 3], seed: 4)
    let functions: [TensorFunction] = [
      { $0[0].softmax() }, { $0[0].logSumExp() }, { $0[0].standardized(epsilon: 0.3) },
    ]
    for (index, function) in functions.enumerated() {
      try expectSecondDerivativesMatchFiniteDifferences(
        at: [x], relative: 1e-7, absolute: 1e-7, "\(index)", of: directionalDerivative(of: function, seed: 9))
    }
  }

  @Test(
    "one sweep of pullback kernels agrees with the differentiated form", arguments: [1, 3, 16, 37, 64, 70])
  func pullbackKernels(length: Int) {
    let x = normalTensor([3, length], seed: 5)
    let d = normalTensor([3, length], seed: 6)
    // Tracking the cotangent makes the pass record itself, which takes the composed form.
    func composed(_ function: (Tensor<Double>) -> Tensor<Double>) -> Tensor<Double> {
      let variable = x.variable()
      return gradients(of: function(variable), withRespectTo: [variable], cotangent: d.variable())[0]
    }
    func kernel(_ function: (Tensor<Double>) -> Tensor<Double>) -> Tensor<Double> {
      let variable = x.variable()
      return gradients(of: function(variable), withRespectTo: [variable], cotangent: d)[0]
    }
    let standardized = { (x: Tensor<Double>) in x.standardized(epsilon: 0.01) }
    let softmax = { (x: Tensor<Double>) in x.softmax() }
    #expect(!kernel(softmax).isTracked && composed(softmax).isTracked)
    expectClose(actual: kernel(softmax), expected: composed(softmax), relative: 1e-12, absolute: 1e-15)
    expectClose(
      actual: kernel(standardized), expected: composed(standardized), relative: 1e-10, absolute: 1e-11)
    let single = x.converted(to: Float.self)
    let (normalized, reciprocal) = single.standardizedWithReciprocal(epsilon: 0.01)
    let pulled = normalized.standardizedPullback(
      reciprocal: reciprocal, cotangent: d.converted(to: Float.self))
    expectClose(actual: pulled, expected: kernel(standardized), relative: 1e-4, absolute: 1e-4)
    expectClose(
      actual: single.softmax().softmaxPullback(d.converted(to: Float.self)), expected: kernel(softmax),
      relative: 1e-4, absolute: 1e-6)
  }

  @Test("a row of -infinity has weights 0, log-sum -infinity, and derivatives 0 of every order")
  func maskedRows() {
    let masked = -Double.infinity
    let x = Tensor<Double>(
      shape: [3, 3], elements: [0.5, masked, 2, masked, masked, masked, masked, -1, masked])
    #expect(x.softmax().isFinite)
    #expect(x.softmax().elements[3...] == [0, 0, 0, 0, 1, 0])
    #expect(x.logSumExp().elements[1...] == [masked, -1])
    let first = { (x: Tensor<Double>) in
      gradient(at: x) { $0.logSumExp().withoutNegativeInfinity().squared().sum() }
    }
    #expect(first(x).isFinite && first(x).elements[3...] == [0, 0, 0, 0, -2, 0])
    let second = gradient(at: x) { (first($0) * normalTensor([3, 3], seed: 7)).sum() }
    #expect(second.isFinite && second.elements[3..<6] == [0, 0, 0])
    #expect(second.elements[1] == 0)
    let ofSoftmax = { (x: Tensor<Double>) in gradient(at: x) { $0.softmax().squared().sum() } }
    #expect(ofSoftmax(x).isFinite)
    #expect(gradient(at: x) { (ofSoftmax($0) * normalTensor([3, 3], seed: 8)).sum() }.isFinite)
  }

  @Test("large scores neither overflow nor lose the answer, and NaN spoils its own row alone")
  func extremes() {
    let x = Tensor<Float>(shape: [3, 2], elements: [1e30, 1e30, -1e30, -1e30, 300, -300])
    #expect(x.softmax().elements == [0.5, 0.5, 0.5, 0.5, 1, 0])
    #expect(x.logSumExp().elements == [1e30, -1e30, 300])
    for position in 0..<19 {
      var elements = [Float](repeating: -.infinity, count: 38)
      elements[position] = .nan
      elements[30] = 1
      let rows = Tensor<Float>(shape: [2, 19], elements: elements)
      #expect(rows.logSumExp().elements[0].isNaN && rows.logSumExp().elements[1] == 1)
      #expect(rows.softmax().elements[..<19].allSatisfy { $0.isNaN })
      #expect(rows.softmax().elements[19...].allSatisfy { $0.isFinite })
    }
  }

  @Test("a constant row is standardised to zeros, with a finite derivative")
  func constantRow() {
    let x = Tensor<Double>(repeating: 3, shape: [2, 5])
    #expect(x.standardized(epsilon: 1e-5).elements.allSatisfy { $0 == 0 })
    #expect(gradient(at: x) { weightedSum($0.standardized(epsilon: 1e-5)) }.isFinite)
  }
}
