import Foundations

extension Tensor {
  /// The number of rows that lie along the last axis.
  var rowCount: Int { shape.dropLast().reduce(1, *) }

  /// Softmax of `scale` times the numbers of the last axis. A row that is -infinity throughout gives zeros.
  ///
  /// - Parameter scale: Above 0. It multiplies what is left of the numbers when the largest is taken out, so that no
  ///   product overflows.
  @_specialize(where Scalar == Float)
  public func softmax(scale: Scalar = 1) -> Tensor {
    require(rank > 0, "softmax needs an axis")
    return .differentiable(softmaxWithLogSum(scale: scale).weights, inputs: [self]) { pull in
      let ofScores = pull.output.softmaxPullback(pull.cotangent)
      return [scale == 1 ? ofScores : ofScores * scale]
    }
  }

  /// log sum exp(scale x) / scale over the last axis, which is removed. A row that is -infinity throughout gives
  /// -infinity.
  ///
  /// - Parameter scale: Above 0; as that of ``softmax(scale:)``.
  @_specialize(where Scalar == Float)
  public func logSumExp(scale: Scalar = 1) -> Tensor {
    require(rank > 0, "logSumExp needs an axis")
    return .differentiable(softmaxWithLogSum(scale: scale).logSum, inputs: [self]) { pull in
      let cotangent = pull.cotangent.reshaped(pull.cotangent.shape + [1])
      return [cotangent * pull.inputs[0].softmax(scale: scale)]
    }
  }

  /// Softmax and log sum exp of the last axis from one sweep; constants for differentiation.
  @_specialize(where Scalar == Float)
  package func softmaxWithLogSum(scale: Scalar = 1) -> (weights: Tensor, logSum: Tensor) {
    let columns = shape[rank - 1]
    require(columns > 0, "softmax over an empty axis of shape \(shape)")
    require(scale > 0 && scale.isFinite, "the scale of a softmax is a number above 0, not \(scale)")
    let logSum = Storage<Scalar>(count: rowCount)
    let weights = Tensor(shape: shape) { out in
      Parallelism.forRanges(rowCount, grain: max(1, 8_192 / columns)) { range in
        kernels.softmax(
          rows: range.count, columns: columns, scale: scale, x: pointer + range.lowerBound * columns,
          weights: out + range.lowerBound * columns, logSums: logSum.pointer + range.lowerBound)
      }
    }
    return (weights, Tensor(shape: Array(shape.dropLast()), storage: logSum))
  }

  /// w (d - sum w d) over the last axis, for `self` = w the weights of a softmax and d the cotangent of them.
  @_specialize(where Scalar == Float)
  package func softmaxPullback(_ cotangent: Tensor) -> Tensor {
    if isTracked || cotangent.isTracked {
      return self * (cotangent - (self * cotangent).sum(axes: [-1], keepingDimensions: true))
    }
    require(shape == cotangent.shape, "softmax of shape \(shape), cotangent of \(cotangent.shape)")
    let columns = shape[rank - 1]
    return Tensor(shape: shape) { out in
      Parallelism.forRanges(rowCount, grain: max(1, 16_384 / columns)) { range in
        let start = range.lowerBound * columns
        kernels.softmaxPullback(
          rows: range.count, columns: columns, weights: pointer + start, cotangent: cotangent.pointer + start,
          y: out + start)
      }
    }
  }
}
