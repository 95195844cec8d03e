import Tensors

extension HopfieldEnergy: FusedEnergy {
  package var projections: [ProjectionMatrix<Scalar>] {
    [ProjectionMatrix(memories, width: memoryCount, isTransposed: false)]
  }

  /// relu and softmax need only what they returned; other functions need the overlaps again.
  package var answersInPlace: Bool {
    switch activation {
    case .rectifiedPolynomial(let degree): degree == 2
    case .power: false
    case .softmax(_, let learnsBeta): !learnsBeta
    }
  }

  package func accepts(batch: Int, tokenCount: Int, dimension: Int) -> Bool {
    memories.shape == [dimension, memoryCount] && memoryCount > 0
  }

  package func part(for rows: TokenRows) -> any FusedPart<Scalar> { HopfieldPart(self, rows) }
}

/// Memories at work on some rows of tokens: r = G'(p), F = sum G(p).
private final class HopfieldPart<Scalar: TensorScalar>: FusedPart {
  private let rows: TokenRows
  private let kernels = Scalar.kernels
  private let dimension: Int, width: Int
  private let map: RecallMap
  private let parameter: Scalar
  private let learnsBeta: Bool
  private var betaGradient = 0.0
  /// sum G of each row.
  private let rowValues: UnsafeMutablePointer<Double>

  let keptCount = 0

  init(_ energy: HopfieldEnergy<Scalar>, _ rows: TokenRows) {
    self.rows = rows
    (dimension, width) = (energy.dimension, energy.memoryCount)
    rowValues = .allocate(capacity: rows.count)
    switch energy.activation {
    case .rectifiedPolynomial(let degree): (map, parameter, learnsBeta) = (.rectified, degree, false)
    case .power(let degree): (map, parameter, learnsBeta) = (.polynomial, Scalar(degree), false)
    case .softmax(let beta, let learns): (map, parameter, learnsBeta) = (.softmax, beta.elements[0], learns)
    }
  }

  deinit { rowValues.deallocate() }

  @specialized(where Scalar == Float)
  func answerRows(_ range: Range<Int>, _ work: FusedRows<Scalar>) {
    Parallelism.spread(range.count, grain: 8) { part in
      let first = range.lowerBound + part.lowerBound
      kernels.recall(
        map, parameter: parameter, rows: part.count, columns: width, row: work.row,
        overlaps: work.projections + first * work.row, answers: work.answers + first * work.row,
        energies: rowValues + first)
    }
  }

  func answer(
    _ work: FusedRows<Scalar>, kept: UnsafeMutablePointer<Scalar>, energies: UnsafeMutablePointer<Double>
  ) {
    for example in 0..<rows.examples.count {
      for row in rows.starts[example]..<rows.starts[example + 1] { energies[example] -= rowValues[row] }
    }
  }

  @specialized(where Scalar == Float)
  func answerTangents(
    _ work: FusedRows<Scalar>, kept: UnsafeMutablePointer<Scalar>, tangents: FusedRows<Scalar>
  ) {
    if learnsBeta {
      // One sum: not spread, so that its order is fixed.
      betaGradient += recallTangent(work, tangents, 0..<rows.count)
    } else {
      Parallelism.spread(rows.count, grain: 8) { _ = recallTangent(work, tangents, $0) }
    }
  }

  private func recallTangent(
    _ work: FusedRows<Scalar>, _ tangents: FusedRows<Scalar>, _ range: Range<Int>
  ) -> Double {
    let start = range.lowerBound * work.row
    return kernels.recallTangent(
      map, parameter: parameter, rows: range.count, columns: width, row: work.row,
      overlaps: work.projections + start, answers: work.answers + start,
      tangent: tangents.projections + start, ofAnswers: tangents.answers + start, learnsBeta: learnsBeta)
  }

  @specialized(where Scalar == Float)
  func addMatrixGradients(
    of range: Range<Int>, _ work: FusedRows<Scalar>, tangents: FusedRows<Scalar>,
    _ tokens: FusedDirection<Scalar>, to sums: [UnsafeMutablePointer<Scalar>]
  ) {
    let start = range.lowerBound
    let panel = kernels.panelWidth()
    let sum = sums[0]
    Parallelism.spread((width + panel - 1) / panel, grain: 2) { panels in
      let first = panels.lowerBound * panel
      func term(_ a: UnsafePointer<Scalar>, _ b: UnsafeMutablePointer<Scalar>) -> ProductFactors<Scalar> {
        ProductFactors(
          columns: a + start * tokens.row, stride: tokens.row, plain: b + start * work.row + first,
          strideB: work.row, panelWidth: panel, depth: range.count)
      }
      kernels.product(
        rows: dimension, columns: min(width, panels.upperBound * panel) - first,
        term(tokens.activations, tangents.answers), plus: term(tokens.direction, work.answers), scale: 1,
        keep: 1, c: sum + first, rowC: width)
    }
  }

  func addOtherGradients(to sums: [UnsafeMutablePointer<Scalar>]) {
    if learnsBeta { sums[1][0] += Scalar(betaGradient) }
    betaGradient = 0
  }
}
