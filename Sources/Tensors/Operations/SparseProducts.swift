import Foundations

/// Products of attention heads over the pairs of a sparse pattern. Rows of queries, keys and values hold the heads as
/// neighbouring blocks; tensors over pairs are [..., heads, pairs]. A leading batch shares the pattern.
extension Tensor {
  /// The score of each pair: s[h, p] = q[row of p, h] · k[column of p, h].
  ///
  /// - Shape: queries [..., rows, heads * size] (`self`) and keys [..., columns, heads * size] give
  ///   [..., heads, pairs], with no or one axis before.
  /// - Cost: 2 pairs heads size operations.
  @_specialize(where Scalar == Float)
  public func pairScores(_ keys: Tensor, over pattern: SparsePattern, headCount: Int) -> Tensor {
    let lead = checkRows(self, pattern.rowCount, keys, pattern.columnCount, headCount)
    let (batch, width, pairs) = (lead.reduce(1, *), shape[rank - 1], pattern.pairCount)
    let (rowCount, columnCount) = (pattern.rowCount, pattern.columnCount)
    let size = width / headCount
    let kernels = Scalar.kernels
    let (starts, columns) = (pattern.byRow.rowStarts, pattern.byRow.columns)
    let value = Tensor(shape: lead + [headCount, pairs]) { out in
      columns.withUnsafeBufferPointer { columns in
        forRows(starts, batch: batch, work: width) { example, rows in
          let k = keys.pointer + example * columnCount * width
          let s = out + example * headCount * pairs
          for row in rows {
            let q = pointer + (example * rowCount + row) * width
            for pair in starts[row]..<starts[row + 1] {
              let key = k + Int(columns[pair]) * width
              for head in 0..<headCount {
                s[head * pairs + pair] = Scalar(kernels.dot(count: size, q + head * size, key + head * size))
              }
            }
          }
        }
      }
    }
    return .differentiable(value, inputs: [self, keys]) { pull in
      [
        pull.needed[0] ? pull.cotangent.pairMixture(pull.inputs[1], over: pattern) : nil,
        pull.needed[1] ? pull.cotangent.pairMixture(pull.inputs[0], over: pattern, transposed: true) : nil,
      ]
    }
  }

  /// Weighted sums of the neighbours' rows: o[r, h] = sum over the pairs p of row r of w[h, p] v[column of p, h]; or
  /// when `transposed`, o[c, h] = sum over the pairs p of column c of w[h, p] v[row of p, h]. No pairs give 0.
  ///
  /// - Shape: weights [..., heads, pairs] (`self`) and values [..., columns, heads * size] give
  ///   [..., rows, heads * size]; transposed, values [..., rows, …] give [..., columns, …].
  /// - Cost: 2 pairs heads size operations.
  @_specialize(where Scalar == Float)
  public func pairMixture(_ values: Tensor, over pattern: SparsePattern, transposed: Bool = false) -> Tensor {
    require(
      rank >= 2 && rank == values.rank && shape[rank - 1] == pattern.pairCount && shape[rank - 2] > 0,
      "mixture of shapes \(shape) and \(values.shape) over \(pattern.pairCount) pairs")
    let headCount = shape[rank - 2]
    let from = transposed ? pattern.rowCount : pattern.columnCount
    let lead = checkRows(values, from, values, from, headCount)
    require(lead == Array(shape.dropLast(2)), "mixture of shapes \(shape) and \(values.shape)")
    let value = mixture(pointer, headCount, values, pattern, transposed)
    return .differentiable(value, inputs: [self, values]) { pull in
      let (weights, values, change) = (pull.inputs[0], pull.inputs[1], pull.cotangent)
      let (queries, keys) = transposed ? (values, change) : (change, values)
      return [
        pull.needed[0] ? queries.pairScores(keys, over: pattern, headCount: headCount) : nil,
        pull.needed[1] ? weights.pairMixture(change, over: pattern, transposed: !transposed) : nil,
      ]
    }
  }
}

/// The axes before the last two, after a check that both tensors have them, their rows and heads.
private func checkRows<Scalar>(
  _ a: Tensor<Scalar>, _ rowsA: Int, _ b: Tensor<Scalar>, _ rowsB: Int, _ headCount: Int
) -> [Int] {
  require(
    (a.rank == 2 || a.rank == 3) && a.rank == b.rank && a.shape.dropLast(2) == b.shape.dropLast(2)
      && a.shape[a.rank - 1] == b.shape[b.rank - 1],
    "rows of shapes \(a.shape) and \(b.shape) do not match")
  require(
    a.shape[a.rank - 2] == rowsA && b.shape[b.rank - 2] == rowsB,
    "rows of shapes \(a.shape) and \(b.shape) for a pattern of \(rowsA) and \(rowsB)")
  require(
    headCount > 0 && a.shape[a.rank - 1] % headCount == 0,
    "\(headCount) heads do not divide the last axis of shape \(a.shape)")
  return Array(a.shape.dropLast(2))
}

/// Sums of the other ends' rows, weighed by [..., heads, pairs] or, without weights, by 1.
///
/// Plain loops, compiled for both types: a kernel's call would cost as much as the few numbers of a head.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
func mixture<Scalar>(
  _ weights: UnsafeMutablePointer<Scalar>?, _ headCount: Int, sharesWeights: Bool = false,
  _ values: Tensor<Scalar>, _ pattern: SparsePattern, _ transposed: Bool
) -> Tensor<Scalar> {
  let side = transposed ? pattern.byColumn : pattern.byRow
  let (rowCount, from, pairs) = (side.rowCount, side.columnCount, pattern.pairCount)
  let (lead, width) = (Array(values.shape.dropLast(2)), values.shape[values.rank - 1])
  let size = width / headCount
  return Tensor(shape: lead + [rowCount, width]) { out in
    side.columns.withUnsafeBufferPointer { others in
      pattern.indicesByRow.withUnsafeBufferPointer { indices in
        let starts = side.rowStarts
        forRows(starts, batch: lead.reduce(1, *), work: width) { example, rows in
          let v = values.pointer + example * from * width
          let w = weights.map { $0 + (sharesWeights ? 0 : example * headCount * pairs) }
          for row in rows {
            let target = out + (example * rowCount + row) * width
            target.update(repeating: 0, count: width)
            for index in starts[row]..<starts[row + 1] {
              let value = v + Int(others[index]) * width
              guard let w else {
                for i in 0..<width { target[i] += value[i] }
                continue
              }
              let pair = transposed ? Int(indices[index]) : index
              for head in 0..<headCount {
                let factor = w[head * pairs + pair]
                let (source, sum) = (value + head * size, target + head * size)
                for i in 0..<size { sum[i] += factor * source[i] }
              }
            }
          }
        }
      }
    }
  }
}
