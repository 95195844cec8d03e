import Tensors
import TestSupport
import Testing

/// Element-wise operations of two operands, and the repetition of axes of size 1.
struct ArithmeticTests {
  struct Operation: Sendable {
    let name: String
    let tensors: @Sendable ([Tensor<Double>]) -> Tensor<Double>
    let numbers: @Sendable (Double, Double) -> Double
  }

  static let operations = [
    Operation(name: "sum", tensors: { $0[0] + $0[1] }, numbers: { $0 + $1 }),
    Operation(name: "difference", tensors: { $0[0] - $0[1] }, numbers: { $0 - $1 }),
    Operation(name: "product", tensors: { $0[0] * $0[1] }, numbers: { $0 * $1 }),
    Operation(name: "quotient", tensors: { $0[0] / $0[1] }, numbers: { $0 / $1 }),
    Operation(name: "maximum", tensors: { $0[0].maximum($0[1]) }, numbers: { $0 > $1 ? $0 : $1 }),
    Operation(name: "equality", tensors: { $0[0].equals($0[1]) }, numbers: { $0 == $1 ? 1 : 0 }),
  ]

  /// Every way to make some axes of either operand 1, for each shape.
  static func operandShapes(_ shapes: [[Int]]) -> [([Int], [Int])] {
    shapes.flatMap { shape in
      allIndices(shape.map { _ in 3 }).map { choice in
        (
          zip(shape, choice).map { $1 == 1 ? 1 : $0 },
          zip(shape, choice).map { $1 == 2 ? 1 : $0 }
        )
      }
    }
  }

  @Test("every operation matches a loop for every combination of repeated axes, rank 0 to 4")
  func valuesWithRepeatedAxes() {
    for (a, b) in Self.operandShapes([[], [7], [3, 5], [2, 3, 19], [2, 3, 5, 4], [3, 0, 2]]) {
      let (left, right) = (normalTensor(a, seed: 1), normalTensor(b, seed: 2) + 3)
      let (x, y) = (Reader(left), Reader(right))
      let shape = zip(a, b).map { $0 == 1 ? $1 : $0 }
      for operation in Self.operations {
        let expected = tensor(shape) { operation.numbers(x[$0], y[$0]) }
        expectClose(
          actual: operation.tensors([left, right]), expected: expected, relative: 1e-15,
          "\(operation.name) of \(a) and \(b)")
      }
    }
  }

  @Test("an operand of lower rank has axes of size 1 put before its own, and its derivative is summed back")
  func lowerRank() throws {
    for (a, b) in [
      ([2, 3, 4], [4]), ([4], [2, 3, 4]), ([2, 3, 4], [3, 1]), ([5, 2], []), ([1], [3, 2]),
    ] {
      let (left, right) = (normalTensor(a, seed: 1), normalTensor(b, seed: 2) + 3)
      let rank = max(a.count, b.count)
      func full(_ x: Tensor<Double>) -> Tensor<Double> {
        x.reshaped([Int](repeating: 1, count: rank - x.rank) + x.shape)
      }
      for operation in Self.operations {
        let found = operation.tensors([left, right])
        let expected = operation.tensors([full(left), full(right)])
        #expect(found.shape == expected.shape && found.elements == expected.elements, "\(a) and \(b)")
      }
      try expectDerivativesMatchFiniteDifferences(at: [left, right]) {
        weightedSum($0[0] * $0[1] + $0[1] / ($0[0].squared() + 2))
      }
    }
    #expect(normalTensor([3], seed: 1).repeated(to: [2, 3]).shape == [2, 3])
    #expect(normalTensor([3, 4], seed: 1).expanded(axis: -1).shape == [3, 4, 1])
    #expect(normalTensor([3, 4], seed: 1).expanded(axis: 0).shape == [1, 3, 4])
  }

  @Test("lengths across every vector width and tail, in both precisions", arguments: 1...70)
  func tails(length: Int) {
    func check<Scalar: TensorScalar>(_ type: Scalar.Type, _ relative: Double) {
      let left = normalTensor([2, length], seed: 3, as: type)
      let right = normalTensor([2, length], seed: 4, as: type)
      let column = normalTensor([2, 1], seed: 5, as: type)
      let (x, y, z) = (Reader(left), Reader(right), Reader(column))
      expectClose(actual: left + right, expected: tensor(left.shape) { x[$0] + y[$0] }, relative: relative)
      expectClose(actual: left - column, expected: tensor(left.shape) { x[$0] - z[$0] }, relative: relative)
      expectClose(actual: column * right, expected: tensor(left.shape) { z[$0] * y[$0] }, relative: relative)
      expectClose(actual: left / right, expected: tensor(left.shape) { x[$0] / y[$0] }, relative: relative)
      expectClose(
        actual: left.maximum(column), expected: tensor(left.shape) { max(x[$0], z[$0]) }, relative: relative)
      let rounded = Tensor<Scalar>(shape: left.shape, elements: left.elements.map { $0.rounded() })
      let r = Reader(rounded)
      expectClose(
        actual: rounded.equals(Tensor(repeating: 1, shape: [1, 1])),
        expected: tensor(left.shape) { r[$0] == 1 ? 1 : 0 }, relative: 0)
    }
    check(Float.self, 1e-7)
    check(Double.self, 1e-15)
  }

  @Test(
    "sizes that are cut over threads",
    arguments: [
      ([300_007], [300_007]), ([1_001, 333], [1_001, 1]), ([1, 333], [1_001, 333]),
      ([3, 100_003], [1, 100_003]),
      ([2, 71, 1, 999], [2, 1, 3, 999]),
    ])
  func large(a: [Int], b: [Int]) {
    let (left, right) = (normalTensor(a, seed: 6, as: Float.self), normalTensor(b, seed: 7, as: Float.self))
    let (x, y) = (Reader(left), Reader(right))
    let shape = zip(a, b).map { $0 == 1 ? $1 : $0 }
    expectClose(actual: left * right, expected: tensor(shape) { x[$0] * y[$0] }, relative: 1e-7)
  }

  @Test("first and second derivatives with repeated axes in every position")
  func derivatives() throws {
    for (a, b) in Self.operandShapes([[], [4], [2, 3], [2, 3, 2]]) {
      // Ordered apart, so that no difference crosses a tie of the maximum.
      let points = [separatedTensor(a, gap: 1, seed: 8), separatedTensor(b, gap: 1, seed: 9) + 0.1]
      for operation in Self.operations {
        try expectDerivativesMatchFiniteDifferences(
          at: points, absolute: 1e-8, "\(operation.name) of \(a) and \(b)", of: operation.tensors)
      }
    }
  }

  @Test("a maximum of equal elements shares its derivative equally")
  func ties() {
    let a = Tensor<Double>(shape: [3], elements: [1, 2, 3])
    let b = Tensor<Double>(shape: [3], elements: [1, 5, 0])
    let weights = Tensor<Double>(shape: [3], elements: [8, 16, 32])
    let gradients = valueWithGradients(at: [a, b]) { ($0[0].maximum($0[1]) * weights).sum() }.gradients
    #expect(gradients[0].elements == [4, 0, 32])
    #expect(gradients[1].elements == [4, 16, 0])
  }

  @Test("NaN and infinities pass through as IEEE arithmetic has them")
  func notNumbers() {
    let a = Tensor<Float>(shape: [4], elements: [.nan, 1, .infinity, -.infinity])
    let b = Tensor<Float>(shape: [4], elements: [1, .nan, -.infinity, 2])
    #expect(a.maximum(b).elements[0].isNaN && a.maximum(b).elements[1].isNaN)
    #expect(Array(a.maximum(b).elements[2...]) == [.infinity, 2])
    #expect((a + b).elements[..<3].allSatisfy { $0.isNaN })
    #expect((a + b).elements[3] == -.infinity)
    #expect(a.equals(a).elements == [0, 1, 1, 1])
    #expect(!a.isFinite && Tensor<Float>(1).isFinite)
  }

  @Test("repeated and summed are each other's transpose")
  func repetition() throws {
    for (small, _) in Self.operandShapes([[3], [2, 5], [2, 3, 4], [2, 3, 2, 3], [2, 0]]) {
      let target = zip(small, [2, 3, 2, 3].suffix(small.count)).map { $0 == 1 ? $1 : $0 }
      let x = normalTensor(small, seed: 10)
      let d = normalTensor(target, seed: 11)
      let reader = Reader(x)
      expectClose(actual: x.repeated(to: target), expected: tensor(target) { reader[$0] }, relative: 0)
      #expect(
        abs(x.repeated(to: target).innerProduct(d) - x.innerProduct(d.summed(to: small))) < 1e-13,
        "\(small) to \(target)")
      try expectDerivativesMatchFiniteDifferences(at: [x]) { $0[0].repeated(to: target).squared() }
      try expectDerivativesMatchFiniteDifferences(at: [d]) { $0[0].summed(to: small).squared() }
    }
    #expect(Tensor<Float>.ones([1, 2]).repeated(to: [0, 2]).shape == [0, 2])
  }
}
