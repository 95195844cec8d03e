import Foundations

/// Which columns each row of a sparse matrix holds: the neighbours of the nodes of a graph.
///
/// The columns of row r are `columns[rowStarts[r]..<rowStarts[r + 1]]`; a pair is an index of `columns`. A row may be
/// empty, and a column may stand in it more than once: each pair counts.
public struct CompressedSparseRows: Sendable, Hashable {
  /// Where the columns of each row begin, and then the number of pairs; never falls.
  public let rowStarts: [Int]
  /// The column of each pair, row by row.
  public let columns: [Int32]
  /// The number of columns.
  public let columnCount: Int

  /// The number of rows.
  public var rowCount: Int { rowStarts.count - 1 }
  /// The number of pairs.
  public var pairCount: Int { columns.count }

  /// A pattern in its compressed form.
  public init(rowStarts: [Int], columns: [Int32], columnCount: Int) {
    require(
      rowStarts.first == 0 && rowStarts.last == columns.count
        && zip(rowStarts, rowStarts.dropFirst()).allSatisfy { $0 <= $1 },
      "row starts must rise from 0 to the number of columns, \(columns.count)")
    require(
      columns.allSatisfy { $0 >= 0 && $0 < columnCount }, "a column lies outside 0..<\(columnCount)")
    (self.rowStarts, self.columns, self.columnCount) = (rowStarts, columns, columnCount)
  }

  /// A pattern from its pairs in any order; the columns of a row end up in rising order, repeats are kept.
  ///
  /// - Cost: time and memory proportional to pairs, rows and columns: two counting sorts.
  public init(rowCount: Int, columnCount: Int, rows: [Int32], columns: [Int32]) {
    require(rows.count == columns.count, "\(rows.count) rows and \(columns.count) columns of pairs")
    let byColumn = Self.sorted(rows, by: columns, into: columnCount)
    let columnOf = Self.keys(byColumn.starts)
    let byRow = Self.sorted(columnOf, by: byColumn.values, into: rowCount)
    self.init(rowStarts: byRow.starts, columns: byRow.values, columnCount: columnCount)
  }

  /// The columns of a row.
  public func columns(of row: Int) -> ArraySlice<Int32> { columns[rowStarts[row]..<rowStarts[row + 1]] }

  /// The row of each pair.
  public var rows: [Int32] { Self.keys(rowStarts) }

  /// The transpose, rows in rising order within a column, and for each of its pairs the index of that pair here.
  public func transposed() -> (pattern: CompressedSparseRows, indices: [Int32]) {
    let indices = Self.sorted((0..<Int32(pairCount)).map { $0 }, by: columns, into: columnCount)
    let rows = rows
    let pattern = CompressedSparseRows(
      rowStarts: indices.starts, columns: indices.values.map { rows[Int($0)] }, columnCount: rowCount)
    return (pattern, indices.values)
  }

  /// A stable counting sort of values by key, and where each key's values begin.
  private static func sorted(
    _ values: [Int32], by keys: [Int32], into count: Int
  ) -> (values: [Int32], starts: [Int]) {
    var starts = [Int](repeating: 0, count: count + 1)
    for key in keys {
      require(key >= 0 && key < count, "index \(key) outside 0..<\(count)")
      starts[Int(key) + 1] += 1
    }
    for key in 0..<count { starts[key + 1] += starts[key] }
    var next = starts
    let sorted = [Int32](unsafeUninitializedCapacity: values.count) { buffer, filled in
      for (value, key) in zip(values, keys) {
        buffer[next[Int(key)]] = value
        next[Int(key)] += 1
      }
      filled = values.count
    }
    return (sorted, starts)
  }

  private static func keys(_ starts: [Int]) -> [Int32] {
    var keys: [Int32] = []
    keys.reserveCapacity(starts.last ?? 0)
    for key in starts.indices.dropLast() {
      keys.append(contentsOf: repeatElement(Int32(key), count: starts[key + 1] - starts[key]))
    }
    return keys
  }
}
