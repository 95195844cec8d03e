package import Tensors

/// An energy of projections, E(g) = T(g) - F(g W), that fused descents compute in their own buffers.
///
/// With p = g W and the answers r = dF/dp, the gradient of -F is - r Wᵀ. Along a direction w of tokens the tangent of
/// the projections is q = w W and that of the answers r' = F''(p) q: the Hessian-vector product is - r' Wᵀ, and the derivative of <w, r Wᵀ> with
/// respect to W is gᵀ r' + wᵀ r. A part says what W is and computes r, r' and F for some rows of tokens; the products
/// are those of the descent. T, what is no function of projections, is there where a part adds it and its derivatives.
package protocol FusedEnergy<Scalar>: ClosedFormEnergy {
  /// The columns of W, matrix after matrix.
  var projections: [ProjectionMatrix<Scalar>] { get }

  /// Whether answers may overwrite projections, which then are not needed again.
  var answersInPlace: Bool { get }

  /// Whether the projections by each matrix are wanted as an array of their own without gaps, for parts that read
  /// rows here and there; the matrices then have one width. Unless a part says so they lie beside one another.
  var projectionsApart: Bool { get }

  /// Whether a context tensor holds values for each example, or else those of all.
  func isForEachExample(_ context: Tensor<Scalar>) -> Bool

  /// Whether tokens of these sizes fit the energy.
  func accepts(batch: Int, tokenCount: Int, dimension: Int) -> Bool

  /// Whether some examples can be computed without the others.
  var takesPieces: Bool { get }

  /// What computes the answers for some rows of tokens.
  func part(for rows: TokenRows) -> any FusedPart<Scalar>
}

extension FusedEnergy {
  package var projectionsApart: Bool { false }
  package var takesPieces: Bool { true }
  package func isForEachExample(_ context: Tensor<Scalar>) -> Bool { context.shape[0] > 1 }
}

/// Some columns of a projection W.
package struct ProjectionMatrix<Scalar: TensorScalar>: Sendable {
  /// The numbers: [width, dimension] when `isTransposed`, otherwise [dimension, width].
  package let values: Tensor<Scalar>
  package let isTransposed: Bool
  package let width: Int

  package init(_ values: Tensor<Scalar>, width: Int, isTransposed: Bool) {
    self.values = values
    self.width = width
    self.isTransposed = isTransposed
  }
}

/// The rows that a part works on: pointers to its first column.
package struct FusedRows<Scalar: TensorScalar> {
  /// Projections and answers, `row` scalars from one row of tokens to the next.
  package let projections: UnsafeMutablePointer<Scalar>, answers: UnsafeMutablePointer<Scalar>
  package let row: Int
  /// Where projections lie apart, the scalars from one row of theirs to the next, and from one matrix to the next;
  /// otherwise `row`, and 0.
  package let projectionRow: Int, matrixStride: Int

  package init(
    projections: UnsafeMutablePointer<Scalar>, answers: UnsafeMutablePointer<Scalar>, row: Int,
    projectionRow: Int, matrixStride: Int
  ) {
    (self.projections, self.answers, self.row) = (projections, answers, row)
    (self.projectionRow, self.matrixStride) = (projectionRow, matrixStride)
  }
}

/// Activations g and the direction w of tokens, rows padded with zeros.
package struct FusedDirection<Scalar: TensorScalar> {
  package let activations: UnsafePointer<Scalar>, direction: UnsafePointer<Scalar>
  package let row: Int

  package init(activations: UnsafePointer<Scalar>, direction: UnsafePointer<Scalar>, row: Int) {
    (self.activations, self.direction, self.row) = (activations, direction, row)
  }
}

/// Activations in the memory of a descent: `row` scalars from one to the next, the first `dimension` of which are the
/// activation and the rest zeros. Padding has no row.
package struct FusedTokens<Scalar: TensorScalar> {
  package let values: UnsafePointer<Scalar>
  package let dimension: Int, row: Int

  package init(_ values: UnsafePointer<Scalar>, dimension: Int, row: Int) {
    (self.values, self.dimension, self.row) = (values, dimension, row)
  }
}

/// An energy at work on some rows of tokens.
package protocol FusedPart<Scalar>: AnyObject {
  associatedtype Scalar: TensorScalar

  /// Scalars kept from `answer` for `answerTangents`.
  var keptCount: Int { get }

  /// Answers some rows where each needs its own projections alone; called for all rows before `answer`, which then
  /// finds their answers. Parts whose rows need one another leave it out.
  func answerRows(_ range: Range<Int>, _ rows: FusedRows<Scalar>)

  /// Answers from projections; adds the energy of each example to `energies`.
  func answer(
    _ rows: FusedRows<Scalar>, kept: UnsafeMutablePointer<Scalar>, energies: UnsafeMutablePointer<Double>)

  /// The tangents of the answers from those of the projections.
  ///
  /// - Parameters:
  ///   - rows: What `answer` left.
  ///   - tangents: Those of projections and of answers.
  func answerTangents(
    _ rows: FusedRows<Scalar>, kept: UnsafeMutablePointer<Scalar>, tangents: FusedRows<Scalar>)

  /// Adds gᵀ r' + wᵀ r, summed over some rows, to the gradients of the matrices.
  ///
  /// - Parameter sums: One array for each parameter and then each context tensor of the energy.
  func addMatrixGradients(
    of range: Range<Int>, _ rows: FusedRows<Scalar>, tangents: FusedRows<Scalar>,
    _ tokens: FusedDirection<Scalar>, to sums: [UnsafeMutablePointer<Scalar>])

  /// Adds the gradients of all else that `answerTangents` and `addChange` have met.
  func addOtherGradients(to sums: [UnsafeMutablePointer<Scalar>])

  /// Adds T of each example to `energies`.
  func addEnergies(at g: FusedTokens<Scalar>, to energies: UnsafeMutablePointer<Double>)

  /// Adds T of each example to `energies`, and -alpha dT/dg to c, whose rows lie as those of g.
  func addDescent(
    at g: FusedTokens<Scalar>, alpha: Scalar, to c: UnsafeMutablePointer<Scalar>,
    energies: UnsafeMutablePointer<Double>)

  /// Adds -T''(g) w to c for a direction w; the rows of both lie as those of g.
  func addChange(
    at g: FusedTokens<Scalar>, along w: UnsafePointer<Scalar>, to c: UnsafeMutablePointer<Scalar>)

  /// Whether dT/dg has turned out to depend on a variable of differentiation that the energy does not list.
  var dependsOnUnlisted: Bool { get }
}

/// Parts all of whose rows need one another, and those without a T, leave out what is not theirs.
extension FusedPart {
  package func answerRows(_ range: Range<Int>, _ rows: FusedRows<Scalar>) {}

  package func addEnergies(at g: FusedTokens<Scalar>, to energies: UnsafeMutablePointer<Double>) {}
  package func addDescent(
    at g: FusedTokens<Scalar>, alpha: Scalar, to c: UnsafeMutablePointer<Scalar>,
    energies: UnsafeMutablePointer<Double>
  ) {}
  package func addChange(
    at g: FusedTokens<Scalar>, along w: UnsafePointer<Scalar>, to c: UnsafeMutablePointer<Scalar>
  ) {}
  package var dependsOnUnlisted: Bool { false }
}
