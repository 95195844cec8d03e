import Foundations
import Tensors

/// How the axes of a parameter form a matrix of rows and columns.
///
/// Query weights of shape [heads, size, dimension] are (heads * size) x dimension:
/// `MatrixView(rowAxisCount: 2)`. Memories stored as [dimension, memories], meant as memories x
/// dimension, are `.transposed`.
public struct MatrixView: Sendable, Equatable {
  /// The number of leading axes that make up the stored rows; the axes after them make up the stored columns.
  public let rowAxisCount: Int
  /// Whether the matrix that is meant is the transpose of the stored one.
  public let isTransposed: Bool

  /// A view whose first `rowAxisCount` axes, at least 1, are the stored rows.
  public init(rowAxisCount: Int, isTransposed: Bool = false) {
    require(rowAxisCount > 0, "a matrix view needs at least one axis of rows, not \(rowAxisCount)")
    self.rowAxisCount = rowAxisCount
    self.isTransposed = isTransposed
  }

  /// Rows along the first axis, columns along the others.
  public static let plain = MatrixView(rowAxisCount: 1)

  /// Columns along the first axis, rows along the others.
  public static let transposed = MatrixView(rowAxisCount: 1, isTransposed: true)

  /// Whether a parameter of this shape has axes for rows and for columns, none of them empty.
  func fits(_ shape: [Int]) -> Bool { rowAxisCount < shape.count && !shape.contains(0) }

  /// Rows and columns as they are stored.
  func storedShape(_ shape: [Int]) -> [Int] {
    [shape[..<rowAxisCount].reduce(1, *), shape[rowAxisCount...].reduce(1, *)]
  }

  /// Rows over columns of the matrix that is meant.
  func aspect(_ shape: [Int]) -> Double {
    let stored = storedShape(shape)
    let ratio = Double(stored[0]) / Double(stored[1])
    return isTransposed ? 1 / ratio : ratio
  }
}
