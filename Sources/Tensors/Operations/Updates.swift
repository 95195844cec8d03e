import Foundations

/// What optimisers compute, in one sweep over memory each; results are constants for differentiation.
extension Tensor {
  /// a x + b y of two tensors of one shape.
  @_specialize(where Scalar == Float)
  package static func combination(_ a: Scalar, _ x: Tensor, _ b: Scalar, _ y: Tensor) -> Tensor {
    require(x.shape == y.shape, "combination of shapes \(x.shape) and \(y.shape)")
    return Tensor(shape: x.shape) { out in
      Parallelism.forRanges(x.count, grain: 32_768) { range in
        let start = range.lowerBound
        x.kernels.combine(
          count: range.count, a: a, x: x.pointer + start, b: b, y: y.pointer + start, z: out + start)
      }
    }
  }

  /// scale a b + keep c for matrices, a or b transposed first where said.
  @_specialize(where Scalar == Float)
  package static func combination(
    _ scale: Scalar, _ a: Tensor, transposed: Bool = false, times b: Tensor, otherTransposed: Bool = false,
    _ keep: Scalar, _ c: Tensor
  ) -> Tensor {
    require(
      a.rank == 2 && b.rank == 2 && c.rank == 2, "products of shapes \(a.shape), \(b.shape) and \(c.shape)")
    let (rows, depth) = transposed ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
    let (other, columns) = otherTransposed ? (b.shape[1], b.shape[0]) : (b.shape[0], b.shape[1])
    require(
      depth == other && c.shape == [rows, columns],
      "a product of shapes \(a.shape) and \(b.shape) added to shape \(c.shape)")
    return Tensor(shape: c.shape) { out in
      out.update(from: c.pointer, count: c.count)
      multiplyMatrices(count: 1, rows: rows, columns: columns, depth: depth) { _ in
        MatrixProductCall(
          rows: rows, columns: columns, depth: depth, a: a.pointer, strideA: a.shape[1],
          transposedA: transposed, b: b.pointer, strideB: b.shape[1], transposedB: otherTransposed, c: out,
          strideC: columns, scale: scale, keep: keep)
      }
    }
  }

  /// One update of Adam from this parameter and its averages `first` and `second`: m <- b1 m + (1 - b1) g,
  /// v <- b2 v + (1 - b2) g^2, p <- keep p - rate m / (sqrt(v) + shift).
  @_specialize(where Scalar == Float)
  package func adamUpdate(
    gradient: Tensor, first: Tensor, second: Tensor, decays: (Scalar, Scalar), keep: Scalar, rate: Scalar,
    shift: Scalar
  ) -> (parameter: Tensor, first: Tensor, second: Tensor) {
    require(
      gradient.shape == shape && first.shape == shape && second.shape == shape,
      "an update of shape \(shape) from shapes \(gradient.shape), \(first.shape) and \(second.shape)")
    let (newFirst, newSecond) = (Storage<Scalar>(count: count), Storage<Scalar>(count: count))
    let options = [decays.0, 1 - decays.0, decays.1, 1 - decays.1, keep, rate, shift]
    let parameter = Tensor(shape: shape) { out in
      Parallelism.forRanges(count, grain: 16_384) { range in
        let start = range.lowerBound
        kernels.adam(
          count: range.count, options: options, parameters: pointer + start,
          gradient: gradient.pointer + start,
          first: first.pointer + start, second: second.pointer + start, newParameters: out + start,
          newFirst: newFirst.pointer + start, newSecond: newSecond.pointer + start)
      }
    }
    return (
      parameter, Tensor(shape: shape, storage: newFirst), Tensor(shape: shape, storage: newSecond)
    )
  }
}
