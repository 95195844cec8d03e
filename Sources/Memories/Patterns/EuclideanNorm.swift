import Tensors

/// The Euclidean norm of a row, whatever the size of its numbers: no square overflows or vanishes.
enum EuclideanNorm {
  /// The square root of the sum of squares; NaN where a number is.
  ///
  /// - Cost: one product of the row with itself, and two sweeps more where squares leave double precision.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  static func of<Scalar: TensorScalar>(_ row: UnsafePointer<Scalar>, count: Int) -> Double {
    let square = Scalar.kernels.dot(count: count, row, row)
    if square > 1e-270 && square < .infinity { return square.squareRoot() }
    var largest = 0.0
    for index in 0..<count {
      let size = abs(Double(row[index]))
      if size.isNaN { return size }
      largest = max(largest, size)
    }
    if largest == 0 || largest == .infinity { return largest }
    let sum = (0..<count).reduce(0) { sum, index in
      let share = Double(row[index]) / largest
      return sum + share * share
    }
    return largest * sum.squareRoot()
  }
}
