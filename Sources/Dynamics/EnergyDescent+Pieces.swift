import Energies
import Tensors

/// Descents of parts of a batch on all cores.
extension EnergyDescent {
  /// Runs pieces of the batch on all cores, where no decision depends on the whole batch.
  ///
  /// The pieces depend only on sizes, so the bits do not depend on the number of threads.
  func runInPieces(from tokens: Tokens<Scalar>, recording: [Recording<Scalar>]) -> DescentResult<Scalar> {
    let ranges = pieces(of: tokens)
    guard ranges.count > 1 else { return runInPlace(from: tokens, recording: recording) }
    let results = Parallelism.map(ranges.count) { index in
      examples(ranges[index]).runInPlace(from: tokens.examples(ranges[index]), recording: recording)
    }
    // A piece that met a non-finite number stopped early: the whole batch then stops at that step.
    guard results.allSatisfy({ $0.stopReason.isFinite }) else {
      return runInPlace(from: tokens, recording: recording)
    }
    let values = Tensor.concatenated(results.map(\.tokens.values), axis: 0)
    let activations = Tensor.concatenated(results.map(\.activations.values), axis: 0)
    return DescentResult(
      tokens: Tokens(values, mask: tokens.mask), activations: Activations(activations, mask: tokens.mask),
      stopReason: results[0].stopReason, steps: results[0].steps,
      trajectory: .joined(results.map(\.trajectory)))
  }

  /// The same descent for some of the examples.
  func examples(_ range: Range<Int>) -> EnergyDescent {
    guard let rates, rates.shape[0] > 1 else { return self }
    var copy = self
    copy.rates = rates.sliced(axis: 0, range)
    return copy
  }

  /// Ranges of examples that can be descended by themselves; one range when they cannot.
  ///
  /// A piece of up to 512 tokens keeps a step's arrays in a core's cache and its matrix products large enough.
  func pieces(of tokens: Tokens<Scalar>) -> [Range<Int>] {
    let shape = tokens.values.shape
    var copy = energy
    var hasContext = false
    copy.visitContext(ParameterVisitor { _, _ in hasContext = true })
    let updateState: UpdateState<Scalar> = updateRule.initialState()
    guard stop.stepsOnly != nil, !hasContext, updateState.random == nil, shape[0] > 1 else {
      return [0..<shape[0]]
    }
    let size = max(1, min(512 / max(1, shape[1]), shape[0] / 2))
    return stride(from: 0, to: shape[0], by: size).map { $0..<min($0 + size, shape[0]) }
  }
}
