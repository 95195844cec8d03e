import Foundations

/// Rows carried to the pairs of a sparse pattern, and back: each of the two is the other's transpose.
extension Tensor {
  /// For each pair the row of `self` at one of its ends.
  ///
  /// - Shape: [..., rows or columns, width] to [..., pairs, width].
  @_specialize(where Scalar == Float)
  public func gathered(_ end: PairEnd, of pattern: SparsePattern) -> Tensor {
    let count = end == .row ? pattern.rowCount : pattern.columnCount
    require(
      rank >= 2 && shape[rank - 2] == count,
      "rows of shape \(shape) gathered by a pattern of \(pattern.rowCount) rows and \(pattern.columnCount) columns"
    )
    let (lead, width, pairs) = (Array(shape.dropLast(2)), shape[rank - 1], pattern.pairCount)
    let (starts, columns) = (pattern.byRow.rowStarts, pattern.byRow.columns)
    let value = Tensor(shape: lead + [pairs, width]) { out in
      columns.withUnsafeBufferPointer { columns in
        forRows(starts, batch: lead.reduce(1, *), work: width) { example, rows in
          let source = pointer + example * count * width
          for row in rows {
            for pair in starts[row]..<starts[row + 1] {
              let from = end == .row ? row : Int(columns[pair])
              (out + (example * pairs + pair) * width).update(from: source + from * width, count: width)
            }
          }
        }
      }
    }
    return .differentiable(value, inputs: [self]) { [$0.cotangent.pairSums(end, of: pattern)] }
  }

  /// For each row, or each column, of the pattern the sum of its pairs' rows; 0 where it has no pairs.
  ///
  /// - Shape: [..., pairs, width] to [..., rows or columns, width].
  @_specialize(where Scalar == Float)
  public func pairSums(_ end: PairEnd, of pattern: SparsePattern) -> Tensor {
    require(
      rank >= 2 && shape[rank - 2] == pattern.pairCount,
      "sums of shape \(shape) over a pattern of \(pattern.pairCount) pairs")
    let (lead, width, pairs) = (Array(shape.dropLast(2)), shape[rank - 1], pattern.pairCount)
    let side = end == .row ? pattern.byRow : pattern.byColumn
    let (starts, rowCount) = (side.rowStarts, side.rowCount)
    let kernels = Scalar.kernels
    let value = Tensor(shape: lead + [rowCount, width]) { out in
      pattern.indicesByRow.withUnsafeBufferPointer { indices in
        forRows(starts, batch: lead.reduce(1, *), work: width) { example, rows in
          for row in rows {
            let target = out + (example * rowCount + row) * width
            target.update(repeating: 0, count: width)
            for index in starts[row]..<starts[row + 1] {
              let pair = end == .row ? index : Int(indices[index])
              kernels.accumulate(
                count: width, scale: 1, x: pointer + (example * pairs + pair) * width, y: target)
            }
          }
        }
      }
    }
    return .differentiable(value, inputs: [self]) { [$0.cotangent.gathered(end, of: pattern)] }
  }
}
