import Foundations

/// Reductions over consecutive rows: the nodes of each graph of a batch, laid one graph after the other.
extension Tensor {
  /// The sum of the rows of each segment; 0 for an empty one.
  ///
  /// - Parameter starts: Where each segment begins, and then the number of rows; never falls.
  /// - Shape: [..., rows, width] to [..., segments, width].
  @_specialize(where Scalar == Float)
  public func segmentSum(_ starts: [Int]) -> Tensor {
    require(rank >= 2, "segments of shape \(shape), which has no axis of rows")
    checkStarts(starts, shape[rank - 2])
    let (lead, rowCount, width) = (Array(shape.dropLast(2)), shape[rank - 2], shape[rank - 1])
    let segments = starts.count - 1
    let kernels = Scalar.kernels
    let value = Tensor(shape: lead + [segments, width]) { out in
      forRows(starts, batch: lead.reduce(1, *), work: width) { example, range in
        for segment in range {
          let target = out + (example * segments + segment) * width
          target.update(repeating: 0, count: width)
          for row in starts[segment]..<starts[segment + 1] {
            kernels.accumulate(
              count: width, scale: 1, x: pointer + (example * rowCount + row) * width, y: target)
          }
        }
      }
    }
    return .differentiable(value, inputs: [self]) { [$0.cotangent.repeatedOverSegments(starts)] }
  }

  /// The mean of the rows of each segment; 0 for an empty one.
  ///
  /// - Parameter starts: Where each segment begins, and then the number of rows; never falls.
  /// - Shape: [..., rows, width] to [..., segments, width].
  @_specialize(where Scalar == Float)
  public func segmentMean(_ starts: [Int]) -> Tensor {
    let sums = segmentSum(starts)
    let shares = zip(starts, starts.dropFirst()).map { 1 / Scalar(max(1, $1 - $0)) }
    let axes = Array(repeating: 1, count: rank - 2)
    return sums * Tensor(shape: axes + [shares.count, 1], elements: shares)
  }

  /// The row of each segment once for every row of that segment: the transpose of ``segmentSum(_:)``.
  ///
  /// - Shape: [..., segments, width] to [..., rows, width].
  @_specialize(where Scalar == Float)
  public func repeatedOverSegments(_ starts: [Int]) -> Tensor {
    require(
      rank >= 2 && shape[rank - 2] == starts.count - 1,
      "rows of shape \(shape) repeated over \(starts.count - 1) segments")
    checkStarts(starts, starts.last ?? 0)
    let (lead, segments, width) = (Array(shape.dropLast(2)), shape[rank - 2], shape[rank - 1])
    let rowCount = starts[segments]
    let value = Tensor(shape: lead + [rowCount, width]) { out in
      forRows(starts, batch: lead.reduce(1, *), work: width) { example, range in
        for segment in range {
          let source = pointer + (example * segments + segment) * width
          for row in starts[segment]..<starts[segment + 1] {
            (out + (example * rowCount + row) * width).update(from: source, count: width)
          }
        }
      }
    }
    return .differentiable(value, inputs: [self]) { [$0.cotangent.segmentSum(starts)] }
  }
}

private func checkStarts(_ starts: [Int], _ rowCount: Int) {
  require(
    starts.first == 0 && starts.last == rowCount && zip(starts, starts.dropFirst()).allSatisfy { $0 <= $1 },
    "segment starts must rise from 0 to the number of rows, \(rowCount)")
}
