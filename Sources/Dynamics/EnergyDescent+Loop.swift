import Energies
import Tensors

/// The loop of a descent, for a whole batch or piece by piece.
extension EnergyDescent {
  /// Runs all examples together. `visit` sees the state before each step and after the last.
  func runInPlace(
    from tokens: Tokens<Scalar>, recording: [Recording<Scalar>],
    visit: (DescentState<Scalar>) -> Void = { _ in }
  ) -> DescentResult<Scalar> {
    var state = start(from: tokens)
    var trajectory = Trajectory<Scalar>()
    let keepsEnergy = stop.usesEnergy || stepSize.backtracking != nil
    var reason = stop.reason(DescentProgress(steps: 0))
    while reason == nil {
      let evaluation = state.evaluation ?? evaluate(state.tokens)
      state.evaluation = evaluation
      record(&trajectory, recording, state, evaluation, isLast: false)
      visit(state)
      let before = state
      step(&state)
      if !state.tokens.values.isFinite {
        reason = .nonFinite(step: state.steps, part: culprit(state.tokens))
        state = before
        break
      }
      if keepsEnergy, state.evaluation == nil { state.evaluation = evaluate(state.tokens) }
      reason = stop.reason(progress(from: before, evaluation, to: state))
    }
    let needsEnergy = recording.contains { if case .energies = $0 { true } else { false } }
    let last: Evaluation<Scalar>? = state.evaluation ?? (needsEnergy ? energyOnly(state.tokens) : nil)
    let activations = last?.activations ?? lagrangian.activations(at: state.tokens)
    trajectory.record(
      recording, step: state.steps, isLast: true, tokens: state.tokens, activations: { activations },
      energy: { detachedParts(last?.energy ?? energy.energyByPart(at: activations)) })
    visit(state)
    return DescentResult(
      tokens: state.tokens, activations: activations, stopReason: reason ?? .steps(state.steps),
      steps: state.steps, trajectory: trajectory)
  }

  /// Runs pieces of the batch on all cores, where no decision depends on the whole batch. The pieces depend only on
  /// sizes, so the bits do not depend on the number of threads.
  func runInPieces(from tokens: Tokens<Scalar>, recording: [Recording<Scalar>]) -> DescentResult<Scalar> {
    let ranges = pieces(of: tokens)
    guard ranges.count > 1 else { return runInPlace(from: tokens, recording: recording) }
    let results = Parallelism.map(ranges.count) { index in
      runInPlace(from: tokens.examples(ranges[index]), recording: recording)
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

  /// Ranges of examples that can be descended by themselves; one range when they cannot.
  ///
  /// A piece of about 256 tokens keeps a step's arrays in a core's cache and its matrix products large enough.
  func pieces(of tokens: Tokens<Scalar>) -> [Range<Int>] {
    let shape = tokens.values.shape
    var copy = energy
    var hasContext = false
    copy.visitContext { _, _ in hasContext = true }
    let memory: UpdateMemory<Scalar> = updateRule.initialMemory()
    guard stop.stepsOnly != nil, !hasContext, memory.random == nil, shape[0] > 1 else {
      return [0..<shape[0]]
    }
    let size = max(1, min(512 / max(1, shape[1]), shape[0] / 2))
    return stride(from: 0, to: shape[0], by: size).map { $0..<min($0 + size, shape[0]) }
  }

  private func record(
    _ trajectory: inout Trajectory<Scalar>, _ recording: [Recording<Scalar>], _ state: DescentState<Scalar>,
    _ evaluation: Evaluation<Scalar>, isLast: Bool
  ) {
    trajectory.record(
      recording, step: state.steps, isLast: isLast, tokens: state.tokens,
      activations: { evaluation.activations }, energy: { detachedParts(evaluation.energy) })
  }

  private func detachedParts(_ energy: EnergyByPart<Scalar>) -> EnergyByPart<Scalar> {
    EnergyByPart(energy.parts.map { ($0.name, $0.energy.detached) })
  }

  /// The energy by part without its gradient.
  private func energyOnly(_ tokens: Tokens<Scalar>) -> Evaluation<Scalar> {
    let g = lagrangian.activations(at: tokens)
    return Evaluation(activations: g, energy: energy.energyByPart(at: g), gradient: g.values)
  }

  private func progress(
    from before: DescentState<Scalar>, _ evaluation: Evaluation<Scalar>, to after: DescentState<Scalar>
  ) -> DescentProgress {
    var progress = DescentProgress(steps: after.steps)
    if let new = after.evaluation {
      progress.energyChange = largestDifference(evaluation.energy.total, new.energy.total)
    }
    if stop.stepsOnly == nil {
      progress.tokenChange = largestDifference(before.tokens.values, after.tokens.values)
    }
    return progress
  }

  private func largestDifference(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Double {
    let change = (a.detached - b.detached).absoluteValue()
    return Double(change.reshaped([change.count]).maximum(axis: 0).scalar)
  }

  /// The part of the energy that is not finite, or the tokens where every part is.
  private func culprit(_ tokens: Tokens<Scalar>) -> String {
    let parts = energy.energyByPart(at: lagrangian.activations(at: tokens)).parts
    return parts.first { !$0.energy.isFinite }?.name ?? "tokens"
  }
}
