import Foundations
public import Tensors

/// A symmetric matrix for each example of a batch, known by its products with vectors.
///
/// Laws: ⟨u, A v⟩ = ⟨A u, v⟩, and a product of one example depends on no other.
public protocol SymmetricOperator<Scalar>: Sendable {
  associatedtype Scalar: TensorScalar

  /// The shape of what it multiplies, [batch, …].
  var shape: [Int] { get }

  /// A v, of the shape of v.
  func product(_ vectors: Tensor<Scalar>) -> Tensor<Scalar>

  /// The part of vectors that lies in the space whose spectrum is asked for, an orthogonal projection that A commutes with; all of
  /// it unless a type says otherwise.
  func projection(_ vectors: Tensor<Scalar>) -> Tensor<Scalar>
}

extension SymmetricOperator {
  public func projection(_ vectors: Tensor<Scalar>) -> Tensor<Scalar> { vectors }

  /// The number of examples.
  public var batch: Int { shape[0] }

  /// The numbers of one example's vector.
  public var size: Int { shape.dropFirst().reduce(1, *) }

  /// The matrix of each example in full, [batch, size, size], the space around the tangents included; row i is A times unit
  /// vector i.
  ///
  /// - Cost: `size` products and size² numbers an example: for small problems and for checks.
  public func matrices() -> Tensor<Double> {
    let rows = (0..<size).map { index -> Tensor<Double> in
      var unit = [Scalar](repeating: 0, count: size)
      unit[index] = 1
      let vectors = Tensor(shape: [1] + shape.dropFirst(), elements: unit).repeated(to: shape)
      return product(vectors).converted(to: Double.self).reshaped([batch, 1, size])
    }
    return .concatenated(rows, axis: 1)
  }

  /// All eigenvalues of each example's matrix, rising, with the zeros of directions that are no tangents.
  ///
  /// - Cost: That of ``matrices()`` and 4/3 size³ operations an example, by LAPACK.
  public func allEigenvalues() -> [[Double]] {
    matrices().exampleRows.map { SymmetricEigenvectors(smallest: size, of: $0, size: size).values }
  }
}

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
