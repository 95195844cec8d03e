import Tensors

/// The neighbours that a list of edges makes: both directions of every edge, each once.
///
/// In sets with injected outliers the direction of an edge, or a repeat of it, tells which edges were injected.
struct SymmetricNeighbours {
  let neighbours: CompressedSparseRows
  /// Pairs that were there in the other direction only.
  private(set) var reversesAdded = 0
  /// Pairs that were there before.
  private(set) var repeatsDropped = 0
  /// Nodes or lines that join a node to itself, kept or not.
  private(set) var selfLoops = 0

  /// Joins `from[i]` and `to[i]` for every i; the columns of each row come out in rising order.
  ///
  /// - Cost: time and memory proportional to nodes and pairs.
  init(nodeCount: Int, from: [Int32], to: [Int32], selfLoops rule: SelfLoops) {
    let given = CompressedSparseRows(rowCount: nodeCount, columnCount: nodeCount, rows: from, columns: to)
    let reversed = CompressedSparseRows(rowCount: nodeCount, columnCount: nodeCount, rows: to, columns: from)
    var starts = [0]
    starts.reserveCapacity(nodeCount + 1)
    var merge = RowMerge(keepsSelfLoops: rule == .kept)
    let columns = [Int32](unsafeUninitializedCapacity: 2 * from.count) { out, count in
      given.columns.withUnsafeBufferPointer { ahead in
        reversed.columns.withUnsafeBufferPointer { back in
          let (a, b) = (given.rowStarts, reversed.rowStarts)
          for row in 0..<nodeCount {
            count = merge.write(
              UnsafeBufferPointer(rebasing: ahead[a[row]..<a[row + 1]]),
              UnsafeBufferPointer(rebasing: back[b[row]..<b[row + 1]]), row: Int32(row), to: out, from: count)
            starts.append(count)
          }
        }
      }
    }
    neighbours = CompressedSparseRows(rowStarts: starts, columns: columns, columnCount: nodeCount)
    (reversesAdded, repeatsDropped, selfLoops) = (merge.added, merge.repeats, merge.selfLoops)
  }
}

/// Merges two rising lists of columns of a row and counts what that adds and drops.
private struct RowMerge {
  let keepsSelfLoops: Bool
  var added = 0
  var repeats = 0
  var selfLoops = 0

  mutating func write(
    _ ahead: UnsafeBufferPointer<Int32>, _ back: UnsafeBufferPointer<Int32>, row: Int32,
    to out: UnsafeMutableBufferPointer<Int32>, from start: Int
  ) -> Int {
    var (i, j, count) = (0, 0, start)
    while i < ahead.count || j < back.count {
      let column = min(i < ahead.count ? ahead[i] : .max, j < back.count ? back[j] : .max)
      var occurrences = 0
      while i < ahead.count && ahead[i] == column { (i, occurrences) = (i + 1, occurrences + 1) }
      while j < back.count && back[j] == column { j += 1 }
      if column == row {
        selfLoops += occurrences
        if !keepsSelfLoops { continue }
      }
      if occurrences == 0 { added += 1 } else { repeats += occurrences - 1 }
      out[count] = column
      count += 1
    }
    return count
  }
}

/// The treatment of pairs that join a node to itself.
public enum SelfLoops: Sendable, Hashable {
  /// They are left out: a model decides by itself whether a node sees itself.
  case dropped
  /// They stay, each once.
  case kept
}
