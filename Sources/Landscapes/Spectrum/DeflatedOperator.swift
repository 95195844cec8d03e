import Foundations
import Tensors

/// An operator on what is left of its space without some vectors of each example, eigenvectors that are known: what it finds
/// there is an eigenvalue of its own or occurs once more.
struct DeflatedOperator<Base: SymmetricOperator>: SymmetricOperator {
  private let base: Base
  /// For each example vectors of length 1 at right angles to each other.
  private let known: [[[Double]]]

  init(_ base: Base, without known: [[[Double]]]) {
    require(known.count == base.batch, "vectors of \(known.count) examples for \(base.batch)")
    self.base = base
    self.known = known
  }

  var shape: [Int] { base.shape }

  func projection(_ vectors: Tensor<Base.Scalar>) -> Tensor<Base.Scalar> {
    var rows = base.projection(vectors).exampleRows
    for example in rows.indices {
      for vector in known[example] { rows[example].add(-vector.dot(rows[example]), vector) }
    }
    return Tensor(exampleRows: rows, shape: shape)
  }

  func product(_ vectors: Tensor<Base.Scalar>) -> Tensor<Base.Scalar> {
    projection(base.product(projection(vectors)))
  }
}
