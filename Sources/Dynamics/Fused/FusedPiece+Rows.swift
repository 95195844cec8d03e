import Energies
import Tensors

/// What a piece does row by row.
///
/// The rows of a large piece, such as the nodes of one graph, do not fit a core's cache. They are taken in blocks: what
/// is computed of a block's rows one after the other finds them there, and blocks are spread over threads. The rows of
/// other pieces are taken at once, and products are spread by columns.
extension FusedPiece {
  /// Rows from which a piece is taken in blocks.
  static var leastLarge: Int { 512 }
  /// Rows of a block: kernels take them by fours.
  private static var blockSize: Int { 96 }

  var isLarge: Bool { rows.count >= Self.leastLarge }

  /// Calls `body` with ranges that make up all rows. For work on each row by itself.
  func forEachBlock(_ body: (Range<Int>) -> Void) {
    if !isLarge { return body(0..<rows.count) }
    let size = Self.blockSize
    Parallelism.spread((rows.count + size - 1) / size, grain: 4) { blocks in
      for block in blocks { body(block * size..<min(rows.count, (block + 1) * size)) }
    }
  }

  /// Copies the piece's tokens of a batch [batch, tokens, dimension] into padded rows.
  func load(_ batch: UnsafePointer<Scalar>, to target: UnsafeMutablePointer<Scalar>) {
    let (dimension, row) = (descent.layout.dimension, descent.layout.tokenRow)
    rows.forEachRun { first, token, count in
      Parallelism.spread(count, grain: 1024) { range in
        for index in range {
          let out = target + (first + index) * row
          out.update(from: batch + (token + index) * dimension, count: dimension)
          (out + dimension).update(repeating: 0, count: row - dimension)
        }
      }
    }
  }

  /// Copies padded rows to the piece's tokens of a batch.
  func store(_ source: UnsafePointer<Scalar>, to batch: UnsafeMutablePointer<Scalar>) {
    let (dimension, row) = (descent.layout.dimension, descent.layout.tokenRow)
    rows.forEachRun { first, token, count in
      Parallelism.spread(count, grain: 1024) { range in
        for index in range {
          (batch + (token + index) * dimension).update(from: source + (first + index) * row, count: dimension)
        }
      }
    }
  }

  /// g at the tokens x.
  func normalize(_ x: UnsafePointer<Scalar>, _ step: FusedStep<Scalar>) {
    forEachBlock { normalize($0, x, step) }
  }

  private func normalize(_ block: Range<Int>, _ x: UnsafePointer<Scalar>, _ step: FusedStep<Scalar>) {
    let row = descent.layout.tokenRow
    // The kernel takes four rows at a time: no cut falls between them.
    Parallelism.spread((block.count + 3) / 4, grain: 4) { range in
      let first = block.lowerBound + 4 * range.lowerBound
      let start = first * row
      descent.kernels.normalize(
        rows: min(block.upperBound, block.lowerBound + 4 * range.upperBound) - first,
        columns: descent.layout.dimension, row: row, epsilon: descent.epsilon, gamma: descent.gamma,
        delta: descent.delta, x: x + start, z: step.normalized + start, g: step.activations + start,
        reciprocals: step.reciprocals + first)
    }
  }

  /// The projections of all parts: of g, or of a direction.
  private func project(
    _ block: Range<Int>, _ source: UnsafePointer<Scalar>, to answers: UnsafeMutablePointer<Scalar>
  ) {
    let tokenRow = descent.layout.tokenRow
    for (part, matrices) in descent.weights.matrices.enumerated() {
      let work = work(part, answers)
      let isApart = descent.layout.parts[part].apart != nil
      for (index, matrix) in matrices.enumerated() {
        let offset = isApart ? index * work.matrixStride : matrix.column - descent.layout.parts[part].answers
        descent.weights.project(
          matrix, rows: block.count, source + block.lowerBound * tokenRow, stride: tokenRow,
          to: work.projections + offset + block.lowerBound * work.projectionRow, row: work.projectionRow)
      }
    }
  }

  /// g at the tokens x, its projections, answers and energies of all parts; energies of a part are `energyStride`
  /// apart.
  func answer(
    _ x: UnsafePointer<Scalar>, _ step: FusedStep<Scalar>, energies: UnsafeMutablePointer<Double>,
    energyStride: Int
  ) {
    forEachBlock { block in
      normalize(block, x, step)
      project(block, step.activations, to: step.answers)
      for index in parts.indices { parts[index].answerRows(block, work(index, step.answers)) }
    }
    for index in parts.indices {
      parts[index].answer(
        work(index, step.answers), kept: step.kept + keptStarts[index],
        energies: energies + index * energyStride + rows.examples.lowerBound)
    }
  }

  /// c <- alpha r Wᵀ Pᵀ + keep c; without P where `isPlain`.
  func unproject(
    _ answers: UnsafePointer<Scalar>, alpha: Scalar, keep: Scalar, to c: UnsafeMutablePointer<Scalar>,
    isPlain: Bool = false
  ) {
    let layout = descent.layout
    forEachBlock { block in
      descent.weights.unproject(
        rows: block.count, answers + block.lowerBound * layout.answerRow, row: layout.answerRow, alpha: alpha,
        keep: keep, to: c + block.lowerBound * layout.tokenRow, stride: layout.tokenRow, isPlain: isPlain)
    }
  }

  /// After `answer`: c <- alpha (r Wᵀ - dT/dg) + keep c, and the energies T, those of a part `energyStride` apart.
  func descend(
    _ step: FusedStep<Scalar>, alpha: Scalar, keep: Scalar, to c: UnsafeMutablePointer<Scalar>,
    energies: UnsafeMutablePointer<Double>, energyStride: Int
  ) {
    unproject(step.answers, alpha: alpha, keep: keep, to: c)
    for index in parts.indices {
      parts[index].addDescent(
        at: tokens(step), alpha: alpha, to: c,
        energies: energies + index * energyStride + rows.examples.lowerBound)
    }
  }

  /// The energies T alone.
  func addEnergies(_ step: FusedStep<Scalar>, to energies: UnsafeMutablePointer<Double>, energyStride: Int) {
    for index in parts.indices {
      parts[index].addEnergies(
        at: tokens(step), to: energies + index * energyStride + rows.examples.lowerBound)
    }
  }

  private func tokens(_ step: FusedStep<Scalar>) -> FusedTokens<Scalar> {
    FusedTokens(step.activations, dimension: descent.layout.dimension, row: descent.layout.tokenRow)
  }

  /// A direction w = size c P of the tokens' activations, the changes of all answers along it, and their product with
  /// Wᵀ less T'' w. Returns ⟨w, r Wᵀ⟩ where it is wanted, the derivative with respect to the logarithm of the size.
  func tangent(
    _ step: FusedStep<Scalar>, _ c: UnsafePointer<Scalar>, size: Scalar,
    direction: UnsafeMutablePointer<Scalar>,
    changes: UnsafeMutablePointer<Scalar>, ofActivations: UnsafeMutablePointer<Scalar>, wantsSlope: Bool
  ) -> Double {
    let row = descent.layout.tokenRow
    forEachBlock { block in
      if descent.weights.isPreconditioned {
        descent.weights.multiplyByPreconditioner(
          rows: block.count, c + block.lowerBound * row, stride: row, alpha: size,
          to: direction + block.lowerBound * row)
      } else {
        descent.kernels.scale(
          count: block.count * row, by: size, x: c + block.lowerBound * row,
          y: direction + block.lowerBound * row)
      }
      project(block, direction, to: changes)
    }
    let slope = wantsSlope ? slope(of: step, changes) : 0
    for index in parts.indices {
      parts[index].answerTangents(
        work(index, step.answers), kept: step.kept + keptStarts[index], tangents: work(index, changes))
    }
    unproject(changes, alpha: 1, keep: 0, to: ofActivations, isPlain: true)
    for part in parts { part.addChange(at: tokens(step), along: direction, to: ofActivations) }
    return slope
  }

  /// ⟨w W, r⟩ for the projections w W of a direction and the answers r.
  private func slope(of step: FusedStep<Scalar>, _ changes: UnsafeMutablePointer<Scalar>) -> Double {
    var sum = 0.0
    for (part, matrices) in descent.weights.matrices.enumerated() {
      let (projections, answers) = (work(part, changes), work(part, step.answers))
      let isApart = descent.layout.parts[part].apart != nil
      for (index, matrix) in matrices.enumerated() {
        let column = matrix.column - descent.layout.parts[part].answers
        let offset = isApart ? index * projections.matrixStride : column
        for row in 0..<rows.count {
          sum += descent.kernels.dot(
            count: matrix.width, projections.projections + offset + row * projections.projectionRow,
            answers.answers + column + row * answers.row)
        }
      }
    }
    return sum
  }
}
