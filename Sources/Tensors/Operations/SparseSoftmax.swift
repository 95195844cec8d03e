import Foundations

extension Tensor {
  /// Softmax over the pairs of each row of a pattern. A row without pairs has no weights, one that is -infinity
  /// throughout gets zeros: NaN comes from neither.
  ///
  /// - Shape: [..., pairs] to the same, such as the [heads, pairs] of `pairScores`.
  @_specialize(where Scalar == Float)
  public func pairSoftmax(over pattern: SparsePattern) -> Tensor {
    checkPairs(pattern)
    let value = overRows(pattern) { count, start, out in
      kernels.softmax(rows: 1, columns: count, scale: 1, x: pointer + start, weights: out, logSums: nil)
    }
    return .differentiable(value, inputs: [self]) { pull in
      [pull.output.pairSoftmaxPullback(pull.cotangent, over: pattern)]
    }
  }

  /// w (d - sum w d), sums over the pairs of each row, for `self` = w the weights and d their cotangent.
  @_specialize(where Scalar == Float)
  func pairSoftmaxPullback(_ cotangent: Tensor, over pattern: SparsePattern) -> Tensor {
    if isTracked || cotangent.isTracked {
      let product = (self * cotangent).reshaped(shape + [1])
      let sums = product.pairSums(.row, of: pattern).gathered(.row, of: pattern)
      return self * (cotangent - sums.reshaped(shape))
    }
    require(shape == cotangent.shape, "softmax of shape \(shape), cotangent of \(cotangent.shape)")
    return overRows(pattern) { count, start, out in
      kernels.softmaxPullback(
        rows: 1, columns: count, weights: pointer + start, cotangent: cotangent.pointer + start, y: out)
    }
  }

  /// A tensor of this shape written row by row: `body` gets a row's number of pairs, at least 1, where they start here
  /// and where they go.
  private func overRows(
    _ pattern: SparsePattern, _ body: (Int, Int, UnsafeMutablePointer<Scalar>) -> Void
  ) -> Tensor {
    let (starts, pairs) = (pattern.byRow.rowStarts, pattern.pairCount)
    return Tensor(shape: shape) { out in
      forRows(starts, batch: shape.dropLast().reduce(1, *), work: 16) { example, rows in
        for row in rows where starts[row + 1] > starts[row] {
          let start = example * pairs + starts[row]
          body(starts[row + 1] - starts[row], start, out + start)
        }
      }
    }
  }

  private func checkPairs(_ pattern: SparsePattern) {
    require(
      rank >= 1 && shape[rank - 1] == pattern.pairCount,
      "softmax of shape \(shape) over a pattern of \(pattern.pairCount) pairs")
  }
}
