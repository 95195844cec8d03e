import Tensors
import TestSupport
import Testing

/// Sums of products as fused descents ask for them, against loops in double precision.
@Suite struct FusedProductTests {
  struct Sizes: Sendable {
    let rows: Int, columns: Int, depths: [Int]
  }

  // Few and many panels, one and several blocks of packed tiles, sums that are cut.
  static let sizes = [
    Sizes(rows: 3, columns: 5, depths: [2]), Sizes(rows: 17, columns: 40, depths: [9, 4]),
    Sizes(rows: 230, columns: 300, depths: [31, 33]), Sizes(rows: 95, columns: 170, depths: [700]),
    Sizes(rows: 21, columns: 200, depths: [1500, 900]),
  ]

  private struct Problem {
    let rows: Int, columns: Int, byColumns: Bool
    let a: [[Float]], b: [[Float]], c: [Float]
    let depths: [Int]

    init(_ sizes: Sizes, byColumns: Bool) {
      var random = RandomStream(seed: 3)
      func numbers(_ count: Int) -> [Float] {
        Tensor<Float>.normal([count], standardDeviation: 1, using: &random).elements
      }
      (rows, columns, depths, self.byColumns) = (sizes.rows, sizes.columns, sizes.depths, byColumns)
      a = sizes.depths.map { numbers(sizes.rows * $0) }
      // Readable up to whole vectors of columns.
      b = sizes.depths.map { numbers($0 * sizes.columns + 64) }
      c = numbers(sizes.rows * sizes.columns)
    }

    /// alpha sum of products + keep c.
    func expected(alpha: Double, keep: Double) -> [Double] {
      var result = c.map { keep * Double($0) }
      for (term, depth) in depths.enumerated() {
        for row in 0..<rows {
          for k in 0..<depth {
            let left = alpha * Double(a[term][byColumns ? k * rows + row : row * depth + k])
            for column in 0..<columns {
              result[row * columns + column] += left * Double(b[term][k * columns + column])
            }
          }
        }
      }
      return result
    }

    /// The kernel's answer for columns `range`; the others stay.
    func found(alpha: Float, keep: Float, _ range: Range<Int>) -> [Float] {
      let kernels = Float.kernels
      var result = c
      a.withPointers { a in
        b.withPointers { b in
          result.withUnsafeMutableBufferPointer { c in
            let terms = depths.indices.map { term in
              factors(a[term], b[term] + range.lowerBound, depth: depths[term], kernels.panelWidth())
            }
            kernels.product(
              rows: rows, columns: range.count, terms[0], plus: terms.count > 1 ? terms[1] : nil,
              scale: alpha, keep: keep, c: c.baseAddress! + range.lowerBound, rowC: columns)
          }
        }
      }
      return result
    }

    private func factors(
      _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, depth: Int, _ width: Int
    ) -> ProductFactors<Float> {
      var factors = ProductFactors(
        columns: a, stride: rows, plain: b, strideB: columns, panelWidth: width, depth: depth)
      if !byColumns { (factors.rowA, factors.columnA) = (depth, 1) }
      return factors
    }
  }

  @Test("products by rows and by columns, one term and two, on every vector unit", arguments: sizes)
  func products(sizes: Sizes) {
    for byColumns in [false, true] {
      let problem = Problem(sizes, byColumns: byColumns)
      for (alpha, keep) in [(1, 0), (-0.5, 1), (2, 0.25)] as [(Float, Float)] {
        let expected = problem.expected(alpha: Double(alpha), keep: Double(keep))
        for unit in VectorUnit.available {
          let found = VectorUnit.use(unit) {
            problem.found(alpha: alpha, keep: keep, 0..<sizes.columns)
          }
          let error = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
          #expect(error < 2e-6 * Double(sizes.depths.reduce(0, +)), "\(unit), by columns: \(byColumns)")
        }
      }
    }
  }

  @Test("the bits of a product do not depend on how its columns are cut", arguments: sizes)
  func cuts(sizes: Sizes) {
    for byColumns in [false, true] {
      let problem = Problem(sizes, byColumns: byColumns)
      for unit in VectorUnit.available {
        VectorUnit.use(unit) {
          let width = Float.kernels.panelWidth()
          let whole = problem.found(alpha: 1, keep: 1, 0..<sizes.columns)
          for start in stride(from: 0, to: sizes.columns, by: width) {
            let range = start..<min(start + width, sizes.columns)
            let part = problem.found(alpha: 1, keep: 1, range)
            let same = (0..<sizes.rows).allSatisfy { row in
              range.allSatisfy { part[row * sizes.columns + $0] == whole[row * sizes.columns + $0] }
            }
            #expect(same, "\(unit), columns \(range), by columns: \(byColumns)")
          }
        }
      }
    }
  }
}

extension [[Float]] {
  /// Calls `body` with the memory of every array.
  fileprivate func withPointers<Result>(_ body: ([UnsafePointer<Float>]) -> Result) -> Result {
    func next(_ index: Int, _ pointers: [UnsafePointer<Float>]) -> Result {
      index == count
        ? body(pointers)
        : self[index].withUnsafeBufferPointer { next(index + 1, pointers + [$0.baseAddress!]) }
    }
    return next(0, [])
  }
}
