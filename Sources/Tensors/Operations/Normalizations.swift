extension Tensor {
  private var rows: Int { shape.dropLast().reduce(1, *) }

  /// Softmax over the last axis. A row that is -infinity throughout gives zeros.
  @_specialize(where Scalar == Float)
  public func softmax() -> Tensor {
    require(rank > 0, "softmax needs an axis")
    return .differentiable(softmaxWithLogSum().weights, inputs: [self]) { pull in
      [pull.output.softmaxPullback(pull.cotangent)]
    }
  }

  /// log sum exp over the last axis, which is removed. A row that is -infinity throughout gives -infinity.
  @_specialize(where Scalar == Float)
  public func logSumExp() -> Tensor {
    require(rank > 0, "logSumExp needs an axis")
    return .differentiable(softmaxWithLogSum().logSum, inputs: [self]) { pull in
      let cotangent = pull.cotangent.reshaped(pull.cotangent.shape + [1])
      return [cotangent * pull.inputs[0].softmax()]
    }
  }

  /// Softmax and log sum exp of the last axis from one sweep; constants for differentiation.
  @_specialize(where Scalar == Float)
  package func softmaxWithLogSum() -> (weights: Tensor, logSum: Tensor) {
    let columns = shape[rank - 1]
    require(columns > 0, "softmax over an empty axis of shape \(shape)")
    let logSum = Storage<Scalar>(count: rows)
    let weights = Tensor(shape: shape) { out in
      Parallelism.forRanges(rows, grain: max(1, 8_192 / columns)) { range in
        kernels.softmax(
          range.count, columns, pointer + range.lowerBound * columns, out + range.lowerBound * columns,
          logSum.pointer + range.lowerBound)
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
      Parallelism.forRanges(rows, grain: max(1, 16_384 / columns)) { range in
        let start = range.lowerBound * columns
        kernels.softmaxPullback(range.count, columns, pointer + start, cotangent.pointer + start, out + start)
      }
    }
  }

  /// (x - mean) / sqrt(variance + epsilon) over the last axis, with the biased variance.
  ///
  /// - Source: Hoover et al. 2023, equation 1 with gamma 1 and delta 0.
  @_specialize(where Scalar == Float)
  public func standardized(epsilon: Scalar) -> Tensor {
    require(rank > 0 && shape[rank - 1] > 0, "standardized needs a last axis, not shape \(shape)")
    let (normalized, reciprocal) = standardizedWithReciprocal(epsilon: epsilon)
    return .differentiable(normalized, inputs: [self]) { pull in
      guard pull.isDifferentiated else {
        return [normalized.standardizedPullback(reciprocal: reciprocal, cotangent: pull.cotangent)]
      }
      let x = pull.inputs[0]
      let centered = x - x.mean(axes: [-1], keepingDimensions: true)
      let scale = (centered.squared().mean(axes: [-1], keepingDimensions: true) + epsilon).squareRoot()
      let z = centered / scale
      let d = pull.cotangent
      let mean = d.mean(axes: [-1], keepingDimensions: true)
      return [(d - mean - z * (z * d).mean(axes: [-1], keepingDimensions: true)) / scale]
    }
  }

  /// `standardized` and, for each row, 1 / sqrt(variance + epsilon); constants for differentiation.
  @_specialize(where Scalar == Float)
  package func standardizedWithReciprocal(epsilon: Scalar) -> (normalized: Tensor, reciprocal: Tensor) {
    let columns = shape[rank - 1]
    let reciprocal = Storage<Scalar>(count: rows)
    let normalized = Tensor(shape: shape) { out in
      Parallelism.forRanges(rows, grain: max(1, 16_384 / columns)) { range in
        let start = range.lowerBound * columns
        kernels.layerNorm(
          range.count, columns, epsilon, pointer + start, out + start, reciprocal.pointer + range.lowerBound)
      }
    }
    return (normalized, Tensor(shape: Array(shape.dropLast()), storage: reciprocal))
  }

  /// The cotangent of x from that of its standardised rows `self`; a constant for differentiation.
  @_specialize(where Scalar == Float)
  package func standardizedPullback(reciprocal: Tensor, cotangent: Tensor) -> Tensor {
    let columns = shape[rank - 1]
    return Tensor(shape: shape) { out in
      Parallelism.forRanges(rows, grain: max(1, 16_384 / columns)) { range in
        let start = range.lowerBound * columns
        kernels.layerNormPullback(
          range.count, columns, pointer + start, reciprocal.pointer + range.lowerBound,
          cotangent.pointer + start, out + start)
      }
    }
  }
}
