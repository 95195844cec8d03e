import Tensors
import TestSupport
import Testing

struct CompressedSparseRowsTests {
  /// 4 rows and 5 columns with an empty row, an empty column and a pair that stands twice.
  static let rows: [Int32] = [3, 0, 2, 0, 3, 2, 2]
  static let columns: [Int32] = [1, 4, 2, 0, 1, 0, 2]
  static var pattern: CompressedSparseRows {
    CompressedSparseRows(rowCount: 4, columnCount: 5, rows: rows, columns: columns)
  }

  @Test("pairs in any order become rows whose columns rise, repeats kept")
  func fromPairs() {
    let pattern = Self.pattern
    #expect(pattern.rowStarts == [0, 2, 2, 5, 7])
    #expect(pattern.columns == [0, 4, 0, 2, 2, 1, 1])
    #expect(pattern.rowCount == 4 && pattern.columnCount == 5 && pattern.pairCount == 7)
    #expect((0..<4).map { Array(pattern.columns(of: $0)) } == [[0, 4], [], [0, 2, 2], [1, 1]])
    #expect(pattern.rows == [0, 0, 2, 2, 2, 3, 3])
    #expect(
      pattern == CompressedSparseRows(rowStarts: pattern.rowStarts, columns: pattern.columns, columnCount: 5))
  }

  @Test("no pairs, no rows and no columns are patterns too")
  func empty() {
    let rows = CompressedSparseRows(rowCount: 3, columnCount: 2, rows: [], columns: [])
    #expect(rows.rowStarts == [0, 0, 0, 0] && rows.pairCount == 0 && rows.columns(of: 1).isEmpty)
    #expect(rows.transposed().pattern.rowStarts == [0, 0, 0])
    let nothing = CompressedSparseRows(rowCount: 0, columnCount: 0, rows: [], columns: [])
    #expect(nothing.rowCount == 0 && nothing.transposed().pattern == nothing)
  }

  @Test("the transpose holds the same pairs, its rows in rising order, and knows their indices")
  func transpose() {
    var random = RandomStream(seed: 3)
    func numbers(_ count: Int, below bound: Int) -> [Int32] {
      let draws: Tensor<Double> = .uniform([count], in: 0..<1, using: &random)
      return draws.elements.map { Int32(min(Double(bound) - 1, $0 * Double(bound))) }
    }
    let (rows, columns) = (numbers(300, below: 17), numbers(300, below: 23))
    let pattern = CompressedSparseRows(rowCount: 17, columnCount: 23, rows: rows, columns: columns)
    let (transpose, indices) = pattern.transposed()
    #expect(transpose.rowCount == 23 && transpose.columnCount == 17)
    #expect(indices.sorted() == (0..<300).map { Int32($0) })
    for column in 0..<23 {
      let found = Array(transpose.columns(of: column))
      let expected = zip(rows, columns).filter { $0.1 == Int32(column) }.map(\.0).sorted()
      #expect(found == expected)
    }
    let (rowOf, columnOf) = (pattern.rows, transpose.rows)
    for (index, pair) in indices.enumerated() {
      #expect(pattern.columns[Int(pair)] == columnOf[index])
      #expect(rowOf[Int(pair)] == transpose.columns[index])
    }
    // Columns rise within a row, so twice transposed is the pattern itself.
    #expect(transpose.transposed().pattern == pattern)
  }

  @Test("ranges of rows make up all rows, each once, whatever the number of threads", arguments: [1, 2, 5])
  func ranges(threads: Int) {
    let before = Parallelism.threadCount
    defer { Parallelism.threadCount = before }
    Parallelism.threadCount = threads
    let lengths = (0..<1_000).map { $0 % 7 == 0 ? 0 : $0 == 500 ? 9_000 : $0 % 5 }
    let starts = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    let pattern = CompressedSparseRows(
      rowStarts: starts, columns: Array(repeating: 0, count: starts[1_000]), columnCount: 1)
    for work in [0, 1, 1_000] {
      let visits = UnsafeMutablePointer<Int>.allocate(capacity: 1_000)
      visits.initialize(repeating: 0, count: 1_000)
      defer { visits.deallocate() }
      nonisolated(unsafe) let shared = visits
      pattern.forRowRanges(work: work) { range in for row in range { shared[row] += 1 } }
      #expect((0..<1_000).allSatisfy { visits[$0] == 1 })
    }
  }

  @Test("patterns that are none stop with a message")
  func refused() async {
    let falling = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = CompressedSparseRows(rowStarts: [0, 2, 1], columns: [0], columnCount: 1)
    }
    #expect(message(falling).contains("row starts must rise from 0 to the number of columns, 1"))
    let outside = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = CompressedSparseRows(rowStarts: [0, 1], columns: [3], columnCount: 3)
    }
    #expect(message(outside).contains("a column lies outside 0..<3"))
    let pair = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = CompressedSparseRows(rowCount: 2, columnCount: 2, rows: [2], columns: [0])
    }
    #expect(message(pair).contains("index 2 outside 0..<2"))
    let uneven = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = CompressedSparseRows(rowCount: 2, columnCount: 2, rows: [0, 1], columns: [0])
    }
    #expect(message(uneven).contains("2 rows and 1 columns of pairs"))
  }

  private func message(_ result: ExitTest.Result?) -> String {
    String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
  }
}
