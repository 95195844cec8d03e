import Foundations

extension Tensor {
  /// The product of the matrices in the last two axes, for each index of the axes before.
  ///
  /// - Shape: [..., rows, depth] by [..., depth, columns]; with a `transposed` flag the last two axes of that
  ///   operand are exchanged, without a copy. The axes before agree, or are 1 and repeated.
  /// - Cost: 2 rows depth columns operations a matrix.
  @_specialize(where Scalar == Float)
  public func matrixProduct(
    _ other: Tensor, transposed: Bool = false, otherTransposed: Bool = false
  ) -> Tensor {
    require(
      rank == other.rank && rank >= 2, "matrix product of shapes \(shape) and \(other.shape): ranks differ")
    let batch = broadcastShape(Array(shape.dropLast(2)), Array(other.shape.dropLast(2)))
    let a = shape.suffix(2).map { $0 }
    let b = other.shape.suffix(2).map { $0 }
    let (rows, depth) = transposed ? (a[1], a[0]) : (a[0], a[1])
    let (depthOfOther, columns) = otherTransposed ? (b[1], b[0]) : (b[0], b[1])
    require(
      depth == depthOfOther,
      "matrix product of \(shape)\(transposed ? "ᵀ" : "") and \(other.shape)\(otherTransposed ? "ᵀ" : "")")
    let value = Tensor(shape: batch + [rows, columns]) { out in
      let offsets = matrixOffsets(shape, other.shape, batch)
      multiplyMatrices(count: offsets.count, rows: rows, columns: columns, depth: depth) { index in
        MatrixProductCall(
          rows: rows, columns: columns, depth: depth, a: pointer + offsets[index].0, strideA: a[1],
          transposedA: transposed, b: other.pointer + offsets[index].1, strideB: b[1],
          transposedB: otherTransposed, c: out + index * rows * columns, strideC: columns, scale: 1, keep: 0)
      }
    }
    return .differentiable(value, inputs: [self, other]) { pull in
      let (a, b, d) = (pull.inputs[0], pull.inputs[1], pull.cotangent)
      let forA =
        transposed
        ? { b.matrixProduct(d, transposed: otherTransposed, otherTransposed: true) }
        : { d.matrixProduct(b, otherTransposed: !otherTransposed) }
      let forB =
        otherTransposed
        ? { d.matrixProduct(a, transposed: true, otherTransposed: transposed) }
        : { a.matrixProduct(d, transposed: !transposed) }
      return [
        pull.needed[0] ? forA().summed(to: a.shape) : nil, pull.needed[1] ? forB().summed(to: b.shape) : nil,
      ]
    }
  }

  /// Every row of the last axis times one matrix: x W, or x Wᵀ when `transposed`.
  ///
  /// - Shape: [..., depth] by [depth, columns] (or [columns, depth] when transposed) gives [..., columns].
  @_specialize(where Scalar == Float)
  public func projected(by matrix: Tensor, transposed: Bool = false) -> Tensor {
    require(rank >= 1 && matrix.rank == 2, "projection of shape \(shape) by \(matrix.shape)")
    let rows = shape.dropLast().reduce(1, *)
    let product = reshaped([rows, shape[rank - 1]]).matrixProduct(matrix, otherTransposed: transposed)
    return product.reshaped(shape.dropLast() + [product.shape[1]])
  }
}

/// Where the matrices of each operand start, for each index of the batch axes.
private func matrixOffsets(_ a: [Int], _ b: [Int], _ batch: [Int]) -> [(Int, Int)] {
  func steps(_ shape: [Int]) -> [Int] {
    let strides = rowMajorStrides(shape)
    return batch.indices.map { shape[$0] == 1 && batch[$0] != 1 ? 0 : strides[$0] }
  }
  let (stepsA, stepsB) = (steps(a), steps(b))
  var offsets = [(0, 0)]
  for axis in batch.indices {
    offsets = offsets.flatMap { start in
      (0..<batch[axis]).map { (start.0 + $0 * stepsA[axis], start.1 + $0 * stepsB[axis]) }
    }
  }
  return offsets
}

/// Runs a batch of matrix products on all cores. A large product is cut into blocks of rows or columns, at places
/// that depend only on its size, so that its bits do not depend on the number of threads.
func multiplyMatrices<Scalar: TensorScalar>(
  count: Int, rows: Int, columns: Int, depth: Int, _ call: (Int) -> MatrixProductCall<Scalar>
) {
  let work = rows * columns * depth
  if count == 0 || rows * columns == 0 { return }
  if work < 1 << 20 {
    return Parallelism.forRanges(count, grain: max(1, (1 << 19) / max(1, work))) { range in
      for index in range { Scalar.kernels.matrixProduct(call(index)) }
    }
  }
  let byRows = rows >= columns
  let length = byRows ? rows : columns
  let blocks = min(4, max(1, length / 32))
  Parallelism.forEach(count * blocks) { piece in
    let block = piece % blocks
    let start = length * block / blocks
    let size = length * (block + 1) / blocks - start
    Scalar.kernels.matrixProduct(call(piece / blocks).block(byRows: byRows, start: start, size: size))
  }
}

extension MatrixProductCall {
  /// The same product restricted to some rows or columns of the result.
  func block(byRows: Bool, start: Int, size: Int) -> MatrixProductCall {
    var part = self
    if byRows {
      part.rows = size
      part.a = a + (transposedA ? start : start * strideA)
      part.c = c + start * strideC
    } else {
      part.columns = size
      part.b = b + (transposedB ? start * strideB : start)
      part.c = c + start
    }
    return part
  }
}
