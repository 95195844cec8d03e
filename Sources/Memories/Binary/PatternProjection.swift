import Tensors

/// The projection on the span of patterns, from an orthonormal basis that grows with them, in double
/// precision.
///
/// - Cost: 4 k d operations to add a pattern to a basis of k.
struct PatternProjection {
  private let dimension: Int
  private var basis: [[Double]] = []

  init(dimension: Int) { self.dimension = dimension }

  /// Adds rows; those that lie in the span, up to rounding, change nothing.
  mutating func add<Scalar: TensorScalar>(_ patterns: Tensor<Scalar>) {
    let elements = patterns.converted(to: Double.self).elements
    for row in 0..<patterns.shape[0] {
      add(Array(elements[row * dimension..<(row + 1) * dimension]))
    }
  }

  private mutating func add(_ pattern: [Double]) {
    var rest = pattern
    let length = norm(rest)
    // Twice is enough: after the second time the rest is at right angles to rounding.
    for _ in 0..<2 {
      for vector in basis {
        let share = Double.kernels.dot(count: dimension, vector, rest)
        Double.kernels.accumulate(count: dimension, scale: -share, x: vector, y: &rest)
      }
    }
    let left = norm(rest)
    if left > 1e-9 * length { basis.append(rest.map { $0 / left }) }
  }

  private func norm(_ vector: [Double]) -> Double {
    Double.kernels.dot(count: dimension, vector, vector).squareRoot()
  }

  /// The matrix of the projection, [dimension, dimension].
  func matrix<Scalar: TensorScalar>() -> Tensor<Scalar> {
    if basis.isEmpty { return .zeros([dimension, dimension]) }
    let rows = Tensor<Double>(shape: [basis.count, dimension], elements: basis.flatMap { $0 })
    return rows.matrixProduct(rows, transposed: true).converted(to: Scalar.self)
  }
}
