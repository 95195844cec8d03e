import Energies
import Tensors

/// The way back through a fused run.
///
/// With c the cotangent of the tokens after a step x' = x + alpha r Wᵀ, tokens before it have c plus what flows
/// through g: the layer norm's pullback of r' Wᵀ, r' being the change of the answers along w = alpha c.
extension FusedDescent {
  /// The cotangents of the first tokens and of all that the descent depends on.
  struct Gradients {
    let tokens: Tensor<Scalar>
    /// Of the energy's parameters and then its context.
    let dependencies: [Tensor<Scalar>]
    let gamma: Tensor<Scalar>, delta: Tensor<Scalar>
  }

  /// The gradients for a cotangent of the last tokens.
  ///
  /// Pieces are summed in chunks, at most 16 of them, so that the order of the sums depends on sizes alone.
  @specialized(where Scalar == Float)
  func gradients(_ tape: FusedTape<Scalar>, cotangent: Tensor<Scalar>) -> Gradients {
    let first = Storage<Scalar>(count: cotangent.count)
    // Padding passes its cotangent on.
    cotangent.withElements { first.pointer.update(from: $0.baseAddress.unsafelyUnwrapped, count: $0.count) }
    let context = FusedGradientSums<Scalar>.contextSums(parts)
    func sum(_ range: Range<Int>) -> FusedGradientSums<Scalar> {
      let sums = FusedGradientSums(parts, context, tokenRow: layout.tokenRow)
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
      gamma: sums[0].gammaTensor, delta: sums[0].deltaTensor(dimension: layout.dimension))
  }

  private func pullBack(
    _ piece: FusedPiece<Scalar>, _ memory: Storage<Scalar>, _ tape: FusedTape<Scalar>,
    _ cotangent: Tensor<Scalar>,
    to first: UnsafeMutablePointer<Scalar>, _ sums: FusedGradientSums<Scalar>
  ) {
    let (c, w, ofG) = (
      Storage<Scalar>(count: piece.tokenCount), Storage<Scalar>(count: piece.tokenCount),
      Storage<Scalar>(count: piece.tokenCount)
    )
    let changes = Storage<Scalar>(count: piece.answerCount)
    // Energies of steps that are computed again; nobody reads them.
    let energies = UnsafeMutableBufferPointer<Double>.allocate(
      capacity: piece.parts.count * piece.rows.examples.upperBound)
    energies.initialize(repeating: 0)
    defer { energies.deallocate() }
    let again = tape.keeping == .tokens ? Storage<Scalar>(count: piece.keptStepCount) : nil
    cotangent.withElements { piece.load($0.baseAddress.unsafelyUnwrapped, to: c.pointer) }
    for index in tape.sizes.indices.reversed() {
      let step: FusedStep<Scalar>
      if let again {
        step = piece.keptStep(at: again.pointer)
        piece.normalize(memory.pointer + index * piece.tokenCount, step)
        piece.answer(
          step, energies: energies.baseAddress.unsafelyUnwrapped, energyStride: piece.rows.examples.upperBound)
      } else {
        step = piece.keptStep(at: memory.pointer + index * piece.keptStepCount)
      }
      kernels.scale(piece.tokenCount, tape.sizes[index], c.pointer, w.pointer)
      piece.move(step, direction: w.pointer, changes: changes.pointer, ofActivations: ofG.pointer)
      piece.addMatrixGradients(step, direction: w.pointer, changes: changes.pointer, to: sums)
      kernels.normalizePullback(
        piece.rows.count, layout.dimension, layout.tokenRow, gamma, step.normalized, step.reciprocals,
        ofG.pointer,
        c.pointer, sums.gamma, sums.delta.pointer)
    }
    for (part, target) in zip(piece.parts, sums.pointers) { part.addOtherGradients(to: target) }
    piece.store(c.pointer, to: first)
  }
}

extension FusedPiece {
  /// The changes of all answers along a direction of the tokens' activations, and their product with Wᵀ.
  fileprivate func move(
    _ step: FusedStep<Scalar>, direction: UnsafePointer<Scalar>, changes: UnsafeMutablePointer<Scalar>,
    ofActivations: UnsafeMutablePointer<Scalar>
  ) {
    project(direction, to: changes)
    for index in parts.indices {
      parts[index].move(work(index, step.answers), kept: step.kept + keptStarts[index], moves: work(index, changes))
    }
    descent.weights.unproject(
      rows: rows.count, changes, row: descent.layout.answerRow, alpha: 1, keep: 0, to: ofActivations,
      stride: descent.layout.tokenRow)
  }

  fileprivate func addMatrixGradients(
    _ step: FusedStep<Scalar>, direction: UnsafePointer<Scalar>, changes: UnsafeMutablePointer<Scalar>,
    to sums: FusedGradientSums<Scalar>
  ) {
    let tokens = FusedDirection(
      activations: UnsafePointer(step.activations), direction: direction, row: descent.layout.tokenRow)
    for index in parts.indices {
      parts[index].addMatrixGradients(
        work(index, step.answers), moves: work(index, changes), tokens, to: sums.pointers[index])
    }
  }
}
