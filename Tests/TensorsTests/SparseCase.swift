import Tensors
import TestSupport
import Testing

/// Patterns with what graphs have: nodes without neighbours, self loops, repeated pairs, one-way pairs.
struct SparseCase: Sendable, CustomTestStringConvertible {
  let name: String
  let rows: [Int32]
  let columns: [Int32]
  let rowCount: Int
  let columnCount: Int

  var pattern: SparsePattern {
    SparsePattern(
      CompressedSparseRows(rowCount: rowCount, columnCount: columnCount, rows: rows, columns: columns))
  }

  var testDescription: String { name }

  static let all = [
    // Row 2 and columns 1 and 4 have no pairs, (3, 3) is a self loop, (0, 2) stands twice.
    SparseCase(
      name: "small", rows: [0, 3, 1, 0, 3, 0, 3], columns: [2, 3, 0, 2, 0, 5, 5], rowCount: 4, columnCount: 6),
    SparseCase(name: "one pair", rows: [0], columns: [1], rowCount: 1, columnCount: 2),
    SparseCase(name: "no pairs", rows: [], columns: [], rowCount: 3, columnCount: 2),
    random(rowCount: 23, columnCount: 17, pairs: 90, seed: 5),
  ]

  static func random(rowCount: Int, columnCount: Int, pairs: Int, seed: UInt64) -> SparseCase {
    var random = RandomStream(seed: seed)
    // A square of a uniform number: some rows have many pairs, some none.
    let rows = (0..<pairs).map { _ in
      let draw = random.uniform()
      return Int32(draw * draw * Double(rowCount))
    }
    let columns = (0..<pairs).map { _ in Int32(random.integer(below: columnCount)) }
    return SparseCase(
      name: "\(rowCount) by \(columnCount)", rows: rows, columns: columns, rowCount: rowCount,
      columnCount: columnCount)
  }
}
