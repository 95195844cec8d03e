import Energies
import Tensors

/// The backward pass through a fused run.
///
/// With c the cotangent of the tokens after a step x' = x + alpha (r Wᵀ - dT/dg), tokens before it have c plus what
/// flows through g: the layer norm's pullback of r' Wᵀ - T'' w, r' being the change of the answers along w = alpha c. With a
/// preconditioner, x' = x + alpha r Wᵀ Pᵀ, the direction is w = alpha c P, and P has the gradient alpha cᵀ (r Wᵀ).
extension FusedDescent {
  /// The cotangents of the first tokens and of all that the descent depends on.
  struct Gradients {
    let tokens: Tensor<Scalar>
    /// Of the energy's parameters and then its context.
    let dependencies: [Tensor<Scalar>]
    let gamma: Tensor<Scalar>, delta: Tensor<Scalar>
    /// Of P, where steps have one.
    let preconditioner: Tensor<Scalar>?
    /// Of the logarithm of each step size, where asked for.
    let stepFactors: [Double]
  }

  /// The gradients for a cotangent of the last tokens.
  ///
  /// Pieces are summed in chunks, at most 16 of them, so that the order of the sums depends on sizes alone.
  @specialized(where Scalar == Float)
  func gradients(
    _ tape: FusedTape<Scalar>, cotangent: Tensor<Scalar>, ofStepFactors: Bool = false
  ) -> Gradients {
    let first = Storage<Scalar>(count: cotangent.count)
    // Padding passes its cotangent on.
    cotangent.withElements { first.pointer.update(from: $0.baseAddress.unsafelyUnwrapped, count: $0.count) }
    let context = FusedGradientSums<Scalar>.contextSums(parts)
    func sum(_ range: Range<Int>) -> FusedGradientSums<Scalar> {
      let sums = FusedGradientSums(
        parts, context, tokenRow: layout.tokenRow,
        preconditionerCount: weights.isPreconditioned ? layout.dimension * layout.dimension : nil)
      if ofStepFactors { sums.stepFactors = [Double](repeating: 0, count: tape.sizes.count) }
      for (piece, memory) in tape.pieces[range] {
        pullBack(piece, memory, tape, cotangent, to: first.pointer, sums)
      }
      return sums
    }
    let count = tape.pieces.count
    let chunks = takesWholePieces(tape.pieces.map(\.piece.rows)) ? min(16, count) : 1
    let sums = Parallelism.map(chunks) { sum(count * $0 / chunks..<count * ($0 + 1) / chunks) }
    for other in sums.dropFirst() { sums[0].add(other) }
    return Gradients(
      tokens: Tensor(shape: cotangent.shape, storage: first), dependencies: sums[0].dependencies(parts),
      gamma: sums[0].gammaTensor, delta: sums[0].deltaTensor(dimension: layout.dimension),
      preconditioner: sums[0].preconditionerTensor(dimension: layout.dimension),
      stepFactors: sums[0].stepFactors)
  }

  private func pullBack(
    _ piece: FusedPiece<Scalar>, _ memory: Storage<Scalar>, _ tape: FusedTape<Scalar>,
    _ cotangent: Tensor<Scalar>,
    to first: UnsafeMutablePointer<Scalar>, _ sums: FusedGradientSums<Scalar>
  ) {
    // A product with P leaves the end of each row as it was, which must be zero.
    let (c, w, ofG) = (
      Storage<Scalar>(count: piece.tokenCount),
      weights.isPreconditioned ? .zeros(piece.tokenCount) : Storage<Scalar>(count: piece.tokenCount),
      Storage<Scalar>(count: piece.tokenCount)
    )
    // r Wᵀ, for the gradient of P.
    let descents = weights.isPreconditioned ? Storage<Scalar>.zeros(piece.tokenCount) : nil
    let changes = Storage<Scalar>(count: piece.answerCount)
    // Energies of steps that are computed again; nobody reads them.
    let energies = UnsafeMutableBufferPointer<Double>.allocate(
      capacity: piece.parts.count * piece.rows.examples.upperBound)
    energies.initialize(repeating: 0)
    defer { energies.deallocate() }
    let again = tape.keeping == .tokens ? Storage<Scalar>(count: piece.keptStepCount) : nil
    cotangent.withElements { piece.load($0.baseAddress.unsafelyUnwrapped, to: c.pointer) }
    // The rows of a large piece are summed in chunks of their own, whose number depends on nothing.
    let rowCount = piece.rows.count
    let chunks = piece.isLarge ? (0..<16).map { _ in sums.forSomeRows(parts) } : [sums]
    for index in tape.sizes.indices.reversed() {
      let step: FusedStep<Scalar>
      if let again {
        step = piece.keptStep(at: again.pointer)
        piece.answer(
          memory.pointer + index * piece.tokenCount, step, energies: energies.baseAddress.unsafelyUnwrapped,
          energyStride: piece.rows.examples.upperBound)
      } else {
        step = piece.keptStep(at: memory.pointer + index * piece.keptStepCount)
      }
      let slope = piece.tangent(
        step, c.pointer, size: tape.sizes[index], direction: w.pointer, changes: changes.pointer,
        ofActivations: ofG.pointer, wantsSlope: !sums.stepFactors.isEmpty)
      if !sums.stepFactors.isEmpty { sums.stepFactors[index] += slope }
      if let descents {
        piece.unproject(step.answers, alpha: 1, keep: 0, to: descents.pointer, isPlain: true)
      }
      Parallelism.forEach(chunks.count) { chunk in
        let range = rowCount * chunk / chunks.count..<rowCount * (chunk + 1) / chunks.count
        piece.addMatrixGradients(
          of: range, step, direction: w.pointer, changes: changes.pointer, to: chunks[chunk])
        if let descents {
          piece.addPreconditionerGradient(
            of: range, c.pointer, descents.pointer, size: tape.sizes[index], to: chunks[chunk])
        }
        piece.pullBackNorm(range, step, ofActivations: ofG.pointer, to: c.pointer, chunks[chunk])
      }
    }
    for chunk in chunks where chunk !== sums { sums.add(chunk) }
    for (part, target) in zip(piece.parts, sums.pointers) { part.addOtherGradients(to: target) }
    piece.store(c.pointer, to: first)
  }
}

extension FusedPiece {
  fileprivate func addMatrixGradients(
    of range: Range<Int>, _ step: FusedStep<Scalar>, direction: UnsafePointer<Scalar>,
    changes: UnsafeMutablePointer<Scalar>, to sums: FusedGradientSums<Scalar>
  ) {
    let tokens = FusedDirection(
      activations: UnsafePointer(step.activations), direction: direction, row: descent.layout.tokenRow)
    for index in parts.indices {
      parts[index].addMatrixGradients(
        of: range, work(index, step.answers), tangents: work(index, changes), tokens, to: sums.pointers[index]
      )
    }
  }

  /// alpha cᵀ (r Wᵀ), summed over some rows.
  fileprivate func addPreconditionerGradient(
    of range: Range<Int>, _ c: UnsafePointer<Scalar>, _ descents: UnsafePointer<Scalar>, size: Scalar,
    to sums: FusedGradientSums<Scalar>
  ) {
    guard let target = sums.preconditioner else { return }
    let (row, dimension) = (descent.layout.tokenRow, descent.layout.dimension)
    let start = range.lowerBound * row
    let factors = ProductFactors(
      columns: c + start, stride: row, plain: descents + start, strideB: row,
      panelWidth: descent.kernels.panelWidth(), depth: range.count)
    descent.kernels.product(
      rows: dimension, columns: dimension, factors, scale: size, keep: 1, c: target.pointer, rowC: dimension)
  }

  /// The cotangent of some rows of tokens gains its part through g.
  fileprivate func pullBackNorm(
    _ range: Range<Int>, _ step: FusedStep<Scalar>, ofActivations: UnsafePointer<Scalar>,
    to c: UnsafeMutablePointer<Scalar>, _ sums: FusedGradientSums<Scalar>
  ) {
    let (row, first) = (descent.layout.tokenRow, range.lowerBound)
    descent.kernels.normalizePullback(
      rows: range.count, columns: descent.layout.dimension, row: row, gamma: descent.gamma,
      z: step.normalized + first * row, reciprocals: step.reciprocals + first,
      cotangentG: ofActivations + first * row, cotangentX: c + first * row, gammaGradient: sums.gamma,
      deltaGradient: sums.delta.pointer)
  }
}
