import Energies
import Tensors

extension FusedDescent {
  /// What came out of a fused run.
  struct Run {
    let tokens: Tensor<Scalar>
    let activations: Tensor<Scalar>
    /// The energy by part before each step and, if asked, after the last.
    let energies: [EnergyByPart<Scalar>]
    let states: [(step: Int, tokens: Tensor<Scalar>)]
    let tape: FusedTape<Scalar>
  }

  /// What a run is asked for.
  struct Request {
    /// alpha of each step.
    var sizes: [Scalar]
    var keeping = FusedTape<Scalar>.Keeping.nothing
    /// Whether the energy after the last step is wanted.
    var lastEnergy = false
    /// The numbers of steps after which tokens are wanted.
    var states: [Int] = []
  }

  /// Runs all steps; nil where an energy or a token is not finite or a step makes the squares of the norm overflow, which
  /// tensor operations can explain, and where a gradient depends on a variable of differentiation that the energy does not
  /// list.
  @specialized(where Scalar == Float)
  func run(from tokens: Tokens<Scalar>, _ request: Request) -> Run? {
    let shape = tokens.values.shape
    let pieces = pieces(batch: shape[0], tokenCount: shape[1], mask: tokens.mask).map { FusedPiece(self, $0) }
    let output = FusedOutput(parts.map(\.name), tokens, request)
    let found: [(memory: Storage<Scalar>?, isInRange: Bool)]
    if takesWholePieces(pieces.map(\.rows)) {
      found = Parallelism.map(pieces.count) { descend(pieces[$0], tokens.values, request, output) }
    } else {
      found = pieces.map { descend($0, tokens.values, request, output) }
    }
    guard output.isFinite, found.allSatisfy(\.isInRange), !pieces.contains(where: \.dependsOnUnlisted)
    else { return nil }
    let kept = zip(pieces, found).compactMap { piece, found in
      found.memory.map { (piece: piece, memory: $0) }
    }
    return Run(
      tokens: output.tokens, activations: output.activations, energies: output.energies,
      states: output.states,
      tape: FusedTape(keeping: request.keeping, sizes: request.sizes, pieces: kept))
  }

  /// One piece through all steps; returns the memory of what is kept, and whether no step made squares overflow.
  private func descend(
    _ piece: FusedPiece<Scalar>, _ start: Tensor<Scalar>, _ request: Request, _ output: FusedOutput<Scalar>
  ) -> (memory: Storage<Scalar>?, isInRange: Bool) {
    let steps = request.sizes.count
    let (x, scratch) = (Storage<Scalar>(count: piece.tokenCount), Storage<Scalar>(count: piece.stepCount))
    let spare = piece.step(at: scratch.pointer)
    let kept: Storage<Scalar>? =
      switch request.keeping {
      case .nothing: nil
      case .tokens: Storage(count: max(1, steps * piece.tokenCount))
      case .steps: Storage(count: max(1, steps * piece.keptStepCount))
      }
    var range = FusedRange<Scalar>(rowCount: piece.rows.count)
    start.withElements { piece.load($0.baseAddress.unsafelyUnwrapped, to: x.pointer) }
    for (index, size) in request.sizes.enumerated() {
      output.recordState(piece, x.pointer, step: index)
      var step = spare
      if let kept, request.keeping == .tokens {
        (kept.pointer + index * piece.tokenCount).update(from: x.pointer, count: piece.tokenCount)
      } else if let kept {
        step = piece.keptStep(at: kept.pointer + index * piece.keptStepCount)
      }
      piece.answer(
        x.pointer, step, energies: output.energyPointer(step: index), energyStride: output.batch)
      range.check(step)
      // x <- x + alpha (r Wᵀ - dT/dg).
      piece.descend(
        step, alpha: size, keep: 1, to: x.pointer, energies: output.energyPointer(step: index),
        energyStride: output.batch)
    }
    output.recordState(piece, x.pointer, step: steps)
    if request.lastEnergy {
      piece.answer(
        x.pointer, spare, energies: output.energyPointer(step: steps), energyStride: output.batch)
      piece.addEnergies(
        spare, to: output.energyPointer(step: steps), energyStride: output.batch)
    } else {
      piece.normalize(x.pointer, spare)
    }
    range.check(spare)
    output.finish(piece, tokens: x.pointer, activations: spare.activations)
    return (kept, range.isKept)
  }
}
