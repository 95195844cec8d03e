import Energies
import Tensors

extension FusedDescent {
  /// g, the energy by part and dE/dg at some tokens, for descents whose steps are taken elsewhere; nil where the
  /// gradient depends on a variable of differentiation that the energy does not list.
  @specialized(where Scalar == Float)
  func evaluate(_ tokens: Tokens<Scalar>) -> Evaluation<Scalar>? {
    let shape = tokens.values.shape
    let pieces = pieces(batch: shape[0], tokenCount: shape[1], mask: tokens.mask)
    var request = Request(sizes: [])
    request.lastEnergy = true
    // The gradient is written where a run writes its tokens; it is zero at padding.
    let output = FusedOutput(parts.map(\.name), Tokens(tokens.values, mask: nil), request)
    if tokens.mask != nil { output.clear() }
    func evaluate(_ rows: TokenRows) -> Bool {
      let piece = FusedPiece(self, rows)
      let (x, scratch) = (Storage<Scalar>(count: piece.tokenCount), Storage<Scalar>(count: piece.stepCount))
      let step = piece.step(at: scratch.pointer)
      tokens.values.withElements { piece.load($0.baseAddress.unsafelyUnwrapped, to: x.pointer) }
      piece.answer(
        x.pointer, step, energies: output.energyPointer(step: 0), energyStride: output.batch)
      piece.descend(
        step, alpha: -1, keep: 0, to: x.pointer, energies: output.energyPointer(step: 0),
        energyStride: output.batch)
      output.finish(piece, tokens: x.pointer, activations: step.activations)
      return !piece.dependsOnUnlisted
    }
    let isWhole =
      takesWholePieces(pieces)
      ? Parallelism.map(pieces.count) { evaluate(pieces[$0]) } : pieces.map { evaluate($0) }
    guard isWhole.allSatisfy(\.self) else { return nil }
    return Evaluation(
      activations: Activations(output.activations, mask: tokens.mask), energy: output.energies[0],
      gradient: output.tokens)
  }
}
