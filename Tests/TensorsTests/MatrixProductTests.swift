import Tensors
import TestSupport
import Testing

/// Matrix products in both precisions: Double by our kernel, Float by the system's matrix library.
struct MatrixProductTests {
  /// The product by its definition, with repeated batch axes.
  static func naive<Scalar: TensorScalar>(
    _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, _ transposedA: Bool = false, _ transposedB: Bool = false
  ) -> Tensor<Double> {
    let (x, y) = (Reader(a), Reader(b))
    let (sizesA, sizesB) = (Array(a.shape.suffix(2)), Array(b.shape.suffix(2)))
    let batch = zip(a.shape.dropLast(2), b.shape.dropLast(2)).map { $0 == 1 ? $1 : $0 }
    let rows = transposedA ? sizesA[1] : sizesA[0]
    let depth = transposedA ? sizesA[0] : sizesA[1]
    let columns = transposedB ? sizesB[0] : sizesB[1]
    return tensor(batch + [rows, columns]) { index in
      let (i, j) = (index[index.count - 2], index[index.count - 1])
      var (left, right) = (index, index)
      var total = 0.0
      for k in 0..<depth {
        // An axis of one row or column is read at its only place.
        (left[index.count - 2], left[index.count - 1]) = transposedA ? (k, i) : (i, k)
        (right[index.count - 2], right[index.count - 1]) = transposedB ? (j, k) : (k, j)
        total += x[left] * y[right]
      }
      return total
    }
  }

  static func operands<Scalar: TensorScalar>(
    _ batchA: [Int], _ batchB: [Int], _ sizes: (Int, Int, Int), _ transposed: (Bool, Bool),
    _ type: Scalar.Type
  ) -> (Tensor<Scalar>, Tensor<Scalar>) {
    let (rows, columns, depth) = sizes
    return (
      normalTensor(batchA + (transposed.0 ? [depth, rows] : [rows, depth]), seed: 1, as: type),
      normalTensor(batchB + (transposed.1 ? [columns, depth] : [depth, columns]), seed: 2, as: type)
    )
  }

  static let flags = [(false, false), (false, true), (true, false), (true, true)]

  private func check<Scalar: TensorScalar>(
    _ batchA: [Int], _ batchB: [Int], _ sizes: (Int, Int, Int), _ type: Scalar.Type, relative: Double
  ) {
    for transposed in Self.flags {
      let (a, b) = Self.operands(batchA, batchB, sizes, transposed, type)
      expectClose(
        actual: a.matrixProduct(b, transposed: transposed.0, otherTransposed: transposed.1),
        expected: Self.naive(a, b, transposed.0, transposed.1), relative: relative,
        absolute: relative * Double(sizes.2 + 1).squareRoot() * 4,
        "\(batchA) \(batchB) \(sizes) \(transposed)")
    }
  }

  @Test("all transpositions, sizes across every tile and vector edge")
  func edges() {
    let lengths = [1, 2, 3, 5, 6, 7, 8, 13, 14, 15, 16, 17, 29, 33]
    for (position, rows) in lengths.enumerated() {
      for (offset, columns) in lengths.enumerated() {
        let depth = lengths[(position * 3 + offset * 5) % lengths.count]
        check([], [], (rows, columns, depth), Double.self, relative: 1e-15)
        check([], [], (rows, columns, depth), Float.self, relative: 5e-7)
      }
    }
  }

  @Test(
    "depths and widths beyond the packed block, and products cut over threads",
    arguments: [(3, 5, 600), (5, 1_100, 20), (70, 9, 257), (150, 90, 110), (90, 150, 110), (130, 37, 300)])
  func large(rows: Int, columns: Int, depth: Int) {
    check([], [], (rows, columns, depth), Double.self, relative: 1e-14)
    check([], [], (rows, columns, depth), Float.self, relative: 2e-6)
  }

  @Test(
    "batch axes agree or are repeated",
    arguments: [
      ([3], [3]), ([1], [4]), ([4], [1]), ([2, 3], [2, 3]), ([2, 1], [1, 3]), ([1, 1], [2, 5]),
      ([2, 3], [1, 1]), ([2, 0], [2, 1]),
    ])
  func batches(batchA: [Int], batchB: [Int]) {
    check(batchA, batchB, (3, 5, 4), Double.self, relative: 1e-15)
    check(batchA, batchB, (7, 2, 3), Float.self, relative: 5e-7)
    check(batchA, batchB, (1, 1, 1), Double.self, relative: 1e-15)
  }

  @Test("empty rows, columns and depth: a sum of no products is 0")
  func empty() {
    // Memory that is not zero is offered for reuse, so that a result left unwritten is seen.
    for sizes in [(3, 5, 0), (0, 5, 4), (3, 0, 4), (0, 0, 0), (1, 1, 0)] {
      for batch in [[], [2]] {
        do { _ = Tensor<Float>(repeating: 7, shape: [30]) }
        do { _ = Tensor<Double>(repeating: 7, shape: [30]) }
        check(batch, batch, sizes, Float.self, relative: 1e-7)
        check(batch, batch, sizes, Double.self, relative: 1e-15)
      }
    }
  }

  @Test("first and second derivatives, all transpositions, with repeated batches")
  func derivatives() throws {
    for transposed in Self.flags {
      for (batchA, batchB) in [([], []), ([2], [2]), ([1], [3]), ([2, 1], [1, 2])] as [([Int], [Int])] {
        let (a, b) = Self.operands(batchA, batchB, (2, 3, 4), transposed, Double.self)
        try expectDerivativesMatchFiniteDifferences(at: [a, b], "\(transposed) \(batchA) \(batchB)") {
          $0[0].matrixProduct($0[1], transposed: transposed.0, otherTransposed: transposed.1).squared()
        }
      }
    }
  }

  @Test(
    "every row of the last axis times one matrix",
    arguments: [[4], [3, 4], [2, 3, 4], [2, 1, 3, 4], [2, 0, 4]])
  func projections(shape: [Int]) throws {
    let x = normalTensor(shape, seed: 3)
    for transposed in [false, true] {
      let matrix = normalTensor(transposed ? [5, 4] : [4, 5], seed: 4)
      let (row, weights) = (Reader(x), Reader(matrix))
      let expected = tensor(Array(shape.dropLast()) + [5]) { index in
        (0..<4).map { k in
          row[Array(index.dropLast()) + [k]]
            * weights[transposed ? [index[index.count - 1], k] : [k, index[index.count - 1]]]
        }.total
      }
      expectClose(
        actual: x.projected(by: matrix, transposed: transposed), expected: expected, relative: 1e-14,
        absolute: 1e-15)
      try expectDerivativesMatchFiniteDifferences(at: [x, matrix]) {
        $0[0].projected(by: $0[1], transposed: transposed).squared()
      }
    }
  }

  @Test("NaN in one row stays in that row")
  func notNumbers() {
    func check<Scalar: TensorScalar>(_ type: Scalar.Type) {
      var elements = [Scalar](repeating: 1, count: 17 * 19)
      elements[5 * 19 + 3] = .nan
      let a = Tensor<Scalar>(shape: [17, 19], elements: elements)
      let product = a.matrixProduct(.ones([19, 33]))
      for row in 0..<17 {
        for column in 0..<33 { #expect(product[row, column].isNaN == (row == 5)) }
      }
    }
    check(Float.self)
    check(Double.self)
  }
}
