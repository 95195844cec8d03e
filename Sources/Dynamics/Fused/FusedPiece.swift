import Energies
import Tensors

/// The numbers of one step of a piece: normalised tokens, answers and projections, and what the parts keep.
struct FusedStep<Scalar: TensorScalar> {
  /// z = (x - mean) / deviation and g = gamma z + delta; one array where z is not needed later.
  let normalized: UnsafeMutablePointer<Scalar>, activations: UnsafeMutablePointer<Scalar>
  /// 1 / deviation of each row.
  let reciprocals: UnsafeMutablePointer<Scalar>
  let answers: UnsafeMutablePointer<Scalar>
  /// What the parts keep, one after the other.
  let kept: UnsafeMutablePointer<Scalar>
}

/// Some examples on their way through all steps.
final class FusedPiece<Scalar: TensorScalar> {
  let descent: FusedDescent<Scalar>
  let rows: TokenRows
  let parts: [any FusedPart<Scalar>]
  /// Where what a part keeps begins, and then where all ends.
  let keptStarts: [Int]

  init(_ descent: FusedDescent<Scalar>, _ rows: TokenRows) {
    self.descent = descent
    self.rows = rows
    parts = descent.parts.map { $0.energy.part(for: rows) }
    keptStarts = parts.reduce(into: [0]) { $0.append($0[$0.count - 1] + ($1.keptCount + 63) / 64 * 64) }
  }

  private var layout: FusedLayout { descent.layout }
  /// Scalars of an array of tokens, and of one of answers, readable up to whole vectors behind its end.
  var tokenCount: Int { aligned(rows.count * layout.tokenRow + 64) }
  var answerCount: Int { aligned(rows.count * layout.answerRow + 64) }

  /// Scalars of a step that is not kept, and of one that is.
  var stepCount: Int {
    tokenCount + aligned(rows.count) + answerCount + keptStarts[parts.count]
  }
  var keptStepCount: Int { stepCount + tokenCount }

  private func aligned(_ count: Int) -> Int { (count + 63) / 64 * 64 }

  /// A step that is not kept, in memory of `stepCount` scalars: z and g share an array.
  func step(at memory: UnsafeMutablePointer<Scalar>) -> FusedStep<Scalar> {
    step(normalized: memory, at: memory)
  }

  /// A step for the way back, in memory of `keptStepCount` scalars.
  func keptStep(at memory: UnsafeMutablePointer<Scalar>) -> FusedStep<Scalar> {
    step(normalized: memory, at: memory + tokenCount)
  }

  private func step(
    normalized: UnsafeMutablePointer<Scalar>, at memory: UnsafeMutablePointer<Scalar>
  ) -> FusedStep<Scalar> {
    var next = memory
    func take(_ count: Int) -> UnsafeMutablePointer<Scalar> {
      defer { next += count }
      return next
    }
    let activations = take(tokenCount)
    let reciprocals = take(aligned(rows.count))
    let answers = take(answerCount)
    return FusedStep(
      normalized: normalized, activations: activations, reciprocals: reciprocals, answers: answers,
      kept: take(keptStarts[parts.count]))
  }

  /// Copies the piece's tokens of a batch [batch, tokens, dimension] into padded rows.
  func load(_ batch: UnsafePointer<Scalar>, to target: UnsafeMutablePointer<Scalar>) {
    let (dimension, row) = (layout.dimension, layout.tokenRow)
    rows.forEachRun { first, token, count in
      for index in 0..<count {
        let out = target + (first + index) * row
        out.update(from: batch + (token + index) * dimension, count: dimension)
        (out + dimension).update(repeating: 0, count: row - dimension)
      }
    }
  }

  /// Copies padded rows to the piece's tokens of a batch.
  func store(_ source: UnsafePointer<Scalar>, to batch: UnsafeMutablePointer<Scalar>) {
    let (dimension, row) = (layout.dimension, layout.tokenRow)
    rows.forEachRun { first, token, count in
      for index in 0..<count {
        (batch + (token + index) * dimension).update(from: source + (first + index) * row, count: dimension)
      }
    }
  }

  /// The rows of a part's projections and answers.
  func work(_ part: Int, _ answers: UnsafeMutablePointer<Scalar>) -> FusedRows<Scalar> {
    let columns = layout.parts[part]
    return FusedRows(
      projections: answers + columns.projections, answers: answers + columns.answers, row: layout.answerRow)
  }

  /// g at the tokens x.
  func normalize(_ x: UnsafePointer<Scalar>, _ step: FusedStep<Scalar>) {
    let row = layout.tokenRow
    // The kernel takes four rows at a time: no cut falls between them.
    Parallelism.spread((rows.count + 3) / 4, grain: 4) { range in
      let first = 4 * range.lowerBound
      let start = first * row
      descent.kernels.normalize(
        min(rows.count, 4 * range.upperBound) - first, layout.dimension, row, descent.epsilon, descent.gamma,
        descent.delta, x + start, step.normalized + start, step.activations + start, step.reciprocals + first)
    }
  }

  /// The projections of all parts: of g, or of a direction.
  func project(_ source: UnsafePointer<Scalar>, to answers: UnsafeMutablePointer<Scalar>) {
    for (index, matrices) in descent.weights.matrices.enumerated() {
      let work = work(index, answers)
      for matrix in matrices {
        descent.weights.project(
          matrix, rows: rows.count, source, stride: layout.tokenRow,
          to: work.projections + matrix.column - layout.parts[index].answers, row: layout.answerRow)
      }
    }
  }

  /// Projections of g, answers and energies of all parts; energies of a part are `energyStride` apart.
  func answer(_ step: FusedStep<Scalar>, energies: UnsafeMutablePointer<Double>, energyStride: Int) {
    project(step.activations, to: step.answers)
    for index in parts.indices {
      parts[index].answer(
        work(index, step.answers), kept: step.kept + keptStarts[index],
        energies: energies + index * energyStride + rows.examples.lowerBound)
    }
  }

  /// x <- x + alpha r Wᵀ.
  func advance(_ x: UnsafeMutablePointer<Scalar>, _ step: FusedStep<Scalar>, alpha: Scalar) {
    descent.weights.unproject(
      rows: rows.count, step.answers, row: layout.answerRow, alpha: alpha, keep: 1, to: x,
      stride: layout.tokenRow)
  }
}
