import Foundations

/// The pairs of a sparse matrix, reachable from both ends: by row, and by column, which derivatives go over.
///
/// Made once for a graph and used by every operation over its pairs. Tensors over pairs hold them in the order of
/// ``byRow``.
///
/// - Cost: Making it takes a counting sort; memory for about three times the pairs.
public struct SparsePattern: Sendable, Hashable {
  /// The pairs row by row.
  public let byRow: CompressedSparseRows
  /// The transpose: for each column the rows that hold it, in rising order.
  public let byColumn: CompressedSparseRows
  /// For each pair of ``byColumn`` its index in ``byRow``.
  public let indicesByRow: [Int32]

  /// The pattern with its transpose.
  public init(_ rows: CompressedSparseRows) {
    byRow = rows
    (byColumn, indicesByRow) = rows.transposed()
  }

  /// The number of rows.
  public var rowCount: Int { byRow.rowCount }
  /// The number of columns.
  public var columnCount: Int { byRow.columnCount }
  /// The number of pairs.
  public var pairCount: Int { byRow.pairCount }
}

/// One end of a pair.
public enum PairEnd: Sendable, Hashable, CaseIterable {
  /// The row, the node that asks.
  case row
  /// The column, its neighbour.
  case column
}

extension CompressedSparseRows {
  /// The same pairs and, for each row that does not hold itself as a column, the pair of the row with itself, once.
  ///
  /// Pairs that were there count as often as they were given, those of a row with itself too. The columns of a row are
  /// in rising order. The pattern is that of a graph: as many rows as columns.
  public func addingSelfPairs() -> CompressedSparseRows {
    require(rowCount == columnCount, "self pairs of a pattern of \(rowCount) rows and \(columnCount) columns")
    let missing = (0..<Int32(rowCount)).filter { row in !columns(of: Int(row)).contains(row) }
    return CompressedSparseRows(
      rowCount: rowCount, columnCount: columnCount, rows: rows + missing, columns: columns + missing)
  }
}

/// Calls `body` with examples and ranges of rows on several threads, each row of each example once. For work whose
/// result does not depend on where the cuts are.
///
/// - Parameters:
///   - starts: Where the pairs of each row begin, and then their number.
///   - work: Operations a pair. The ranges hold about equally many pairs, however uneven the rows.
func forRows(
  _ starts: [Int], batch: Int, work: Int, _ body: (_ example: Int, _ rows: Range<Int>) -> Void
) {
  let rowCount = starts.count - 1
  // An empty row is still written.
  let load = starts[rowCount] + rowCount
  let pieces = min(max(1, load * max(1, work) / 32_768), 4 * Parallelism.threadCount)
  let cuts = (0...pieces).map { piece in
    partitionPoint(rowCount) { starts[$0] + $0 >= load * piece / pieces }
  }
  Parallelism.forEach(batch * pieces) { index in
    body(index / pieces, cuts[index % pieces]..<cuts[index % pieces + 1])
  }
}

/// The first number in 0 ..< count for which the condition, false and then true, holds; `count` where it never does.
private func partitionPoint(_ count: Int, _ condition: (Int) -> Bool) -> Int {
  var (low, high) = (0, count)
  while low < high {
    let middle = (low + high) / 2
    if condition(middle) { high = middle } else { low = middle + 1 }
  }
  return low
}

extension CompressedSparseRows {
  /// Calls `body` with ranges of rows on several threads, each row once, the ranges holding about equally many pairs.
  /// For work whose result does not depend on where the cuts are.
  ///
  /// - Parameter work: Operations a pair.
  package func forRowRanges(work: Int, _ body: (Range<Int>) -> Void) {
    forRows(rowStarts, batch: 1, work: work) { body($1) }
  }
}
