package import Tensors

/// An energy without a fused kernel as a term of a fused descent: T(g) by tensor operations, some examples at a time,
/// while their activations are in a core's cache.
package struct TensorTerm<Scalar: TensorScalar>: EnergyWrapper, FusedEnergy {
  package var base: any Energy<Scalar>
  /// Why it is computed by tensor operations.
  package let reason: String

  /// An energy of any kind: by its closed forms where it has some, otherwise by differentiation.
  package init(_ energy: any Energy<Scalar>) {
    base = energy
    reason =
      energy.closedForm == nil ? "it has no closed form and is differentiated" : "it has no fused kernel"
  }

  private var form: any ClosedFormEnergy<Scalar> { base.derivatives }

  package func energyAndGradient(at g: Activations<Scalar>) -> EnergyAndGradient<Scalar> {
    form.energyAndGradient(at: g)
  }
  package func gradientPullback(
    at g: Activations<Scalar>, direction: Tensor<Scalar>
  ) -> GradientPullback<Scalar> {
    form.gradientPullback(at: g, direction: direction)
  }

  package var projections: [ProjectionMatrix<Scalar>] { [] }
  package var answersInPlace: Bool { true }

  /// Nobody says which numbers of a context belong to which example.
  package var takesPieces: Bool {
    var copy = base
    var hasContext = false
    copy.visitContext(ParameterVisitor { _, _ in hasContext = true })
    return !hasContext
  }

  package func isForEachExample(_ context: Tensor<Scalar>) -> Bool { false }
  package func accepts(batch: Int, tokenCount: Int, dimension: Int) -> Bool { true }
  package func part(for rows: TokenRows) -> any FusedPart<Scalar> { TensorTermPart(form, rows) }
}

/// A term at work on some rows of tokens, which it takes out of their memory, padding and all.
private final class TensorTermPart<Scalar: TensorScalar>: FusedPart {
  private let form: any ClosedFormEnergy<Scalar>
  private let rows: TokenRows
  private let mask: TokenMask?
  /// -<w, dT/dg> differentiated by parameters and context, summed over what `addChange` has met.
  private var gradients: [Tensor<Scalar>] = []
  private(set) var dependsOnUnlisted = false

  let keptCount = 0

  init(_ form: any ClosedFormEnergy<Scalar>, _ rows: TokenRows) {
    self.form = form
    self.rows = rows
    mask = rows.mask
  }

  func addEnergies(at g: FusedTokens<Scalar>, to energies: UnsafeMutablePointer<Double>) {
    add(form.energy(at: activations(g)), to: energies)
  }

  func addDescent(
    at g: FusedTokens<Scalar>, alpha: Scalar, to c: UnsafeMutablePointer<Scalar>,
    energies: UnsafeMutablePointer<Double>
  ) {
    let found = form.energyAndGradient(at: activations(g))
    if found.gradient.isTracked { dependsOnUnlisted = true }
    add(found.energy.total, to: energies)
    add(found.gradient, times: -alpha, to: c, like: g)
  }

  func addChange(
    at g: FusedTokens<Scalar>, along w: UnsafePointer<Scalar>, to c: UnsafeMutablePointer<Scalar>
  ) {
    let found = form.gradientPullback(at: activations(g), direction: tensor(w, like: g))
    add(found.hessianVectorProduct, times: -1, to: c, like: g)
    gradients =
      gradients.isEmpty ? found.dependencies.map { -$0 } : zip(gradients, found.dependencies).map { $0 - $1 }
  }

  func addOtherGradients(to sums: [UnsafeMutablePointer<Scalar>]) {
    for (gradient, sum) in zip(gradients, sums) {
      gradient.withElements { values in
        if let source = values.baseAddress {
          Scalar.kernels.accumulate(count: values.count, scale: 1, x: source, y: sum)
        }
      }
    }
    gradients = []
  }

  // MARK: Projections, of which there are none

  func answer(
    _ rows: FusedRows<Scalar>, kept: UnsafeMutablePointer<Scalar>, energies: UnsafeMutablePointer<Double>
  ) {}
  func answerTangents(
    _ rows: FusedRows<Scalar>, kept: UnsafeMutablePointer<Scalar>, tangents: FusedRows<Scalar>
  ) {}
  func addMatrixGradients(
    of range: Range<Int>, _ rows: FusedRows<Scalar>, tangents: FusedRows<Scalar>,
    _ tokens: FusedDirection<Scalar>, to sums: [UnsafeMutablePointer<Scalar>]
  ) {}

  // MARK: Rows of the descent's memory as tensors, and back

  private func activations(_ g: FusedTokens<Scalar>) -> Activations<Scalar> {
    Activations(tensor(g.values, like: g), mask: mask)
  }

  /// Rows as [examples, tokens, dimension], zero at padding.
  @specialized(where Scalar == Float)
  private func tensor(_ source: UnsafePointer<Scalar>, like g: FusedTokens<Scalar>) -> Tensor<Scalar> {
    let shape = [rows.examples.count, rows.tokenCount, g.dimension]
    return Tensor(shape: shape) { out in
      if rows.positions != nil { out.update(repeating: 0, count: shape.reduce(1, *)) }
      forEachToken(g) { row, position in
        (out + position).update(from: source + row, count: g.dimension)
      }
    }
  }

  private func add(_ values: Tensor<Scalar>, to energies: UnsafeMutablePointer<Double>) {
    for (example, value) in values.elements.enumerated() { energies[example] += Double(value) }
  }

  /// c <- c + factor values for the rows of c.
  @specialized(where Scalar == Float)
  private func add(
    _ values: Tensor<Scalar>, times factor: Scalar, to c: UnsafeMutablePointer<Scalar>,
    like g: FusedTokens<Scalar>
  ) {
    let kernels = Scalar.kernels
    values.withElements { elements in
      guard let source = elements.baseAddress else { return }
      forEachToken(g) { row, position in
        kernels.accumulate(count: g.dimension, scale: factor, x: source + position, y: c + row)
      }
    }
  }

  /// Calls `body` with where each real token begins among the rows, and in a tensor.
  private func forEachToken(_ g: FusedTokens<Scalar>, _ body: (_ row: Int, _ position: Int) -> Void) {
    let first = rows.examples.lowerBound * rows.tokenCount
    rows.forEachRun { row, token, count in
      Parallelism.spread(count, grain: 1024) { range in
        for index in range { body((row + index) * g.row, (token - first + index) * g.dimension) }
      }
    }
  }
}
