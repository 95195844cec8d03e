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

  /// Whether a gradient has turned out to depend on a variable of differentiation that its energy does not list.
  var dependsOnUnlisted: Bool { parts.contains { $0.dependsOnUnlisted } }

  private var layout: FusedLayout { descent.layout }
  /// Scalars of an array of tokens, and of one of answers, readable up to whole vectors behind its end.
  var tokenCount: Int { aligned(rows.count * layout.tokenRow + 64) }
  var answerCount: Int { apartStart + aligned(rows.count) * layout.apartWidth + 64 }
  /// Where projections that lie apart begin in an array of answers.
  private var apartStart: Int { aligned(rows.count * layout.answerRow + 64) }

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

  /// A step for the backward pass, in memory of `keptStepCount` scalars.
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

  /// The rows of a part's projections and answers.
  func work(_ part: Int, _ answers: UnsafeMutablePointer<Scalar>) -> FusedRows<Scalar> {
    let (columns, row) = (layout.parts[part], layout.answerRow)
    guard let width = columns.apart else {
      return FusedRows(
        projections: answers + columns.projections, answers: answers + columns.answers, row: row,
        projectionRow: row, matrixStride: 0)
    }
    let count = aligned(rows.count)
    return FusedRows(
      projections: answers + apartStart + count * columns.projections, answers: answers + columns.answers,
      row: row, projectionRow: width, matrixStride: count * width)
  }
}
