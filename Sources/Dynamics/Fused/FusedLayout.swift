/// Where the numbers of a step lie, in scalars: rows of tokens, rows of answers followed by the projections of parts
/// that need them beside those, and the projections of parts that want arrays of their own.
struct FusedLayout: Sendable {
  /// Where a part's projections lie.
  enum Projections: Sendable {
    /// Where the answers are, which overwrite them.
    case inPlace
    /// Behind all answers of the row.
    case beside
    /// In an array for each matrix.
    case apart
  }

  /// The columns of a part.
  struct Part: Sendable {
    /// The first of its answers.
    let answers: Int
    /// The first of its projections in rows of answers; where they lie apart, the scalars a row of such arrays before.
    let projections: Int
    /// The width of each matrix whose projections lie apart.
    let apart: Int?
  }

  let dimension: Int
  /// From one row of tokens, or of answers, to the next: odd numbers of cache lines.
  let tokenRow: Int, answerRow: Int
  let parts: [Part]
  /// The scalars a row of all arrays apart.
  let apartWidth: Int

  init(dimension: Int, parts: [(widths: [Int], projections: Projections)], vectorLength: Int) {
    self.dimension = dimension
    func oddLines(_ count: Int) -> Int { ((count + vectorLength - 1) / vectorLength | 1) * vectorLength }
    tokenRow = oddLines(dimension)
    var columns: [Part] = []
    var (answers, apart) = (0, 0)
    var projections = parts.reduce(0) { $0 + $1.widths.reduce(0, +) }
    for part in parts {
      let width = part.widths.reduce(0, +)
      switch part.projections {
      case .inPlace: columns.append(Part(answers: answers, projections: answers, apart: nil))
      case .beside:
        columns.append(Part(answers: answers, projections: projections, apart: nil))
        projections += width
      case .apart:
        columns.append(Part(answers: answers, projections: apart, apart: part.widths[0]))
        apart += width
      }
      answers += width
    }
    self.parts = columns
    apartWidth = apart
    answerRow = oddLines(projections)
  }
}
