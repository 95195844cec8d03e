import Foundations

/// Some columns of a matrix, read where they lie.
///
/// - Shape: the matrix has any number of axes, the last being its columns and the others its rows.
package struct MatrixColumns<Scalar: TensorScalar>: Sendable {
  fileprivate let matrix: Tensor<Scalar>
  fileprivate let range: Range<Int>

  /// Columns of a matrix; all of them where no range is given.
  @_specialize(where Scalar == Float)
  package init(_ matrix: Tensor<Scalar>, _ range: Range<Int>? = nil) {
    let width = matrix.shape[matrix.rank - 1]
    self.matrix = matrix.detached
    self.range = range ?? 0..<width
    require(
      self.range.lowerBound >= 0 && self.range.upperBound <= width,
      "columns \(self.range) of a matrix of shape \(matrix.shape)")
  }

  /// The number of rows.
  package var rowCount: Int { matrix.rowCount }
  /// The number of columns.
  package var columnCount: Int { range.count }

  /// The columns as a matrix of their own, [rows, columns].
  package var values: Tensor<Scalar> {
    matrix.reshaped([rowCount, matrix.shape[matrix.rank - 1]]).sliced(axis: 1, range)
  }

  /// The inner products of rows with those of other columns, [rows], accumulated in double precision.
  @_specialize(where Scalar == Float)
  package func innerProducts(_ other: MatrixColumns) -> Tensor<Scalar> {
    require(
      rowCount == other.rowCount && columnCount == other.columnCount,
      "inner products of \(rowCount) rows of \(columnCount) with \(other.rowCount) of \(other.columnCount)")
    return Tensor(shape: [rowCount]) { out in
      Parallelism.forRanges(rowCount, grain: max(1, 65_536 / max(1, columnCount))) { rows in
        for row in rows {
          out[row] = Scalar(
            matrix.kernels.dot(count: columnCount, start + row * stride, other.start + row * other.stride))
        }
      }
    }
  }

  /// The product of these columns with others, a matrix of its own; the others are transposed first where said.
  @_specialize(where Scalar == Float)
  package func product(_ other: MatrixColumns, otherTransposed: Bool = false) -> Tensor<Scalar> {
    let shape = productShape(false, other, otherTransposed)
    return Tensor(shape: shape) { out in
      multiply(false, other, otherTransposed, scale: 1, keep: 0, to: out, stride: shape[1])
    }
  }

  fileprivate func productShape(_ transposed: Bool, _ other: MatrixColumns, _ otherTransposed: Bool) -> [Int]
  {
    let (rows, depth) = transposed ? (columnCount, rowCount) : (rowCount, columnCount)
    let (otherDepth, columns) =
      otherTransposed ? (other.columnCount, other.rowCount) : (other.rowCount, other.columnCount)
    require(depth == otherDepth, "a product of \(rows)x\(depth) and \(otherDepth)x\(columns)")
    return [rows, columns]
  }

  /// c <- scale a b + keep c.
  @_specialize(where Scalar == Float)
  fileprivate func multiply(
    _ transposed: Bool, _ other: MatrixColumns, _ otherTransposed: Bool, scale: Scalar, keep: Scalar,
    to c: UnsafeMutablePointer<Scalar>, stride strideC: Int
  ) {
    let (rows, depth) = transposed ? (columnCount, rowCount) : (rowCount, columnCount)
    let columns = otherTransposed ? other.rowCount : other.columnCount
    let call = MatrixProductCall(
      rows: rows, columns: columns, depth: depth, a: UnsafePointer(start), strideA: stride,
      transposedA: transposed, b: UnsafePointer(other.start), strideB: other.stride,
      transposedB: otherTransposed, c: c, strideC: strideC, scale: scale, keep: keep)
    // What a thread does in a millisecond is not cut: each block would pack the same matrix again.
    if rows * columns > 0, rows * columns * depth < 1 << 26 { return Scalar.kernels.matrixProduct(call) }
    multiplyMatrices(count: 1, rows: rows, columns: columns, depth: depth) { _ in call }
  }

  fileprivate var stride: Int { matrix.shape[matrix.rank - 1] }
  fileprivate var start: UnsafeMutablePointer<Scalar> { matrix.pointer + range.lowerBound }
}

/// A matrix in the making, to whose columns products are added; a constant for differentiation.
package struct MatrixSum<Scalar: TensorScalar> {
  private let storage: Storage<Scalar>
  private let rowCount: Int
  private let columnCount: Int

  /// A sum that begins with the numbers of a matrix, whose axes but the last are its rows.
  @_specialize(where Scalar == Float)
  package init(_ matrix: Tensor<Scalar>) {
    storage = Storage(count: matrix.count, shape: matrix.shape)
    storage.pointer.update(from: matrix.pointer, count: matrix.count)
    (rowCount, columnCount) = (matrix.rowCount, matrix.shape[matrix.rank - 1])
  }

  /// A sum that begins with zeros, of a shape whose axes but the last are its rows; a single number is one row.
  @_specialize(where Scalar == Float)
  package init(zeros shape: [Int]) {
    storage = .zeros(elementCount(shape))
    (rowCount, columnCount) = (shape.dropLast().reduce(1, *), shape.last ?? 1)
  }

  /// Adds scale a b to some columns, or to all; a or b is transposed first where said.
  @_specialize(where Scalar == Float)
  package func add(
    _ scale: Scalar, _ a: MatrixColumns<Scalar>, transposed: Bool = false, times b: MatrixColumns<Scalar>,
    otherTransposed: Bool = false, to columns: Range<Int>? = nil
  ) {
    let target = columns ?? 0..<columnCount
    let shape = a.productShape(transposed, b, otherTransposed)
    require(
      shape == [rowCount, target.count] && target.upperBound <= columnCount,
      "a product of shape \(shape) added to columns \(target) of \(rowCount)x\(columnCount)")
    a.multiply(
      transposed, b, otherTransposed, scale: scale, keep: 1, to: storage.pointer + target.lowerBound,
      stride: columnCount)
  }

  /// Adds scale times a matrix to some columns.
  @_specialize(where Scalar == Float)
  package func add(_ scale: Scalar, _ matrix: MatrixColumns<Scalar>, to columns: Range<Int>) {
    require(
      matrix.rowCount == rowCount && matrix.columnCount == columns.count && columns.upperBound <= columnCount,
      "\(matrix.rowCount)x\(matrix.columnCount) numbers added to columns \(columns) of "
        + "\(rowCount)x\(columnCount)")
    for row in 0..<rowCount {
      Scalar.kernels.accumulate(
        count: columns.count, scale: scale, x: matrix.start + row * matrix.stride,
        y: storage.pointer + row * columnCount + columns.lowerBound)
    }
  }

  /// Adds scale times as many numbers, in row-major order.
  @_specialize(where Scalar == Float)
  package func add(_ scale: Scalar, _ numbers: Tensor<Scalar>) {
    require(numbers.count == storage.count, "\(numbers.count) numbers added to \(storage.count)")
    Scalar.kernels.accumulate(count: numbers.count, scale: scale, x: numbers.pointer, y: storage.pointer)
  }

  /// Writes a matrix over some columns.
  @_specialize(where Scalar == Float)
  package func set(_ columns: Range<Int>, to matrix: Tensor<Scalar>) {
    require(
      matrix.count == rowCount * columns.count && columns.upperBound <= columnCount,
      "\(matrix.shape) written over columns \(columns) of \(rowCount)x\(columnCount)")
    for row in 0..<rowCount {
      (storage.pointer + row * columnCount + columns.lowerBound).update(
        from: matrix.pointer + row * columns.count, count: columns.count)
    }
  }

  /// The sum under a shape; nothing is added to it any more.
  package consuming func tensor(_ shape: [Int]) -> Tensor<Scalar> {
    require(elementCount(shape) == storage.count, "\(storage.count) numbers under the shape \(shape)")
    return Tensor(shape: shape, storage: storage)
  }
}
