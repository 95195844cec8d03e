import Foundations

/// A sparse matrix of constants: a pattern, and a weight for each of its pairs.
///
/// Entry (r, c) is the sum of the weights of the pairs (r, c).
public struct SparseMatrix<Scalar: TensorScalar>: Sendable {
  /// The pairs.
  public let pattern: SparsePattern
  /// One number a pair, [pairs], in the order of the rows; nil where each is 1.
  public let weights: Tensor<Scalar>?

  /// A matrix with a weight for each pair, or 1 for each.
  public init(_ pattern: SparsePattern, weights: [Scalar]? = nil) {
    require(
      weights.map { $0.count == pattern.pairCount } ?? true,
      "\(weights?.count ?? 0) weights for \(pattern.pairCount) pairs")
    self.pattern = pattern
    self.weights = weights.map { Tensor(shape: [$0.count], elements: $0) }
  }

  /// The matrix that takes means over the columns of each row: every pair weighs 1 / pairs of its row.
  public static func means(_ pattern: SparsePattern) -> SparseMatrix {
    let starts = pattern.byRow.rowStarts
    var weights: [Scalar] = []
    weights.reserveCapacity(pattern.pairCount)
    for row in 0..<pattern.rowCount {
      let count = starts[row + 1] - starts[row]
      weights.append(contentsOf: repeatElement(1 / Scalar(max(1, count)), count: count))
    }
    return SparseMatrix(pattern, weights: weights)
  }

  /// A x, or Aᵀ x when `transposed`; rows without pairs give 0.
  ///
  /// - Shape: [columns, width] to [rows, width], or with one more axis before for a batch.
  /// - Cost: 2 pairs width operations. Gradients flow to x, by the transpose; of any order.
  @_specialize(where Scalar == Float)
  public func product(_ x: Tensor<Scalar>, transposed: Bool = false) -> Tensor<Scalar> {
    let rows = transposed ? pattern.rowCount : pattern.columnCount
    require(
      (x.rank == 2 || x.rank == 3) && x.shape[x.rank - 2] == rows,
      "a sparse matrix of shape [\(pattern.rowCount), \(pattern.columnCount)]\(transposed ? "ᵀ" : "") "
        + "by shape \(x.shape)")
    let value = mixture(weights?.pointer, 1, sharesWeights: true, x, pattern, transposed)
    return .differentiable(value, inputs: [x]) { [product($0.cotangent, transposed: !transposed)] }
  }

  /// The matrix with all its zeros, [rows, columns].
  public var dense: Tensor<Scalar> {
    let columnCount = pattern.columnCount
    var elements = [Scalar](repeating: 0, count: pattern.rowCount * columnCount)
    let all = weights?.elements
    for (pair, (row, column)) in zip(pattern.byRow.rows, pattern.byRow.columns).enumerated() {
      elements[Int(row) * columnCount + Int(column)] += all?[pair] ?? 1
    }
    return Tensor(shape: [pattern.rowCount, columnCount], elements: elements)
  }
}
