import Energies
import Tensors

/// The loop of a descent, for a whole batch or piece by piece.
extension EnergyDescent {
  /// Runs all examples together.
  ///
  /// `visit` sees the state before each step and after the last.
  func runInPlace(
    from tokens: Tokens<Scalar>, recording: [Recording<Scalar>],
    visit: (DescentState<Scalar>) -> Void = { _ in }
  ) -> DescentResult<Scalar> {
    var state = start(from: tokens)
    var trajectory = Trajectory<Scalar>()
    let needsEnergy = recording.contains { if case .energies = $0 { true } else { false } }
    var reason = stop.reason(DescentProgress(steps: 0))
    if reason == nil {
      state.evaluation = evaluate(tokens, state.fused)
      reason = fault(at: state)
    }
    while reason == nil {
      let evaluation = state.evaluation ?? evaluate(state.tokens, state.fused)
      var next = state
      step(&next)
      // After a last step that is known to be one, only the energy is needed, if that.
      let isLast = stop.stepsOnly == next.steps
      if next.evaluation == nil, next.tokens.values.isFinite {
        if !isLast { next.evaluation = evaluate(next.tokens, state.fused) }
        if isLast, needsEnergy { next.evaluation = energyOnly(next.tokens, next.fused) }
      }
      reason = fault(at: next, after: evaluation) ?? overflow(from: state, to: next)
      if reason != nil { break }
      record(&trajectory, recording, state, evaluation)
      visit(state)
      reason = stop.reason(progress(from: state, evaluation, to: next))
      state = next
    }
    let activations = state.evaluation?.activations ?? lagrangian.activations(at: state.tokens)
    trajectory.record(
      recording, step: state.steps, isLast: true, tokens: state.tokens, activations: { activations },
      energy: { detachedParts(state.evaluation?.energy ?? energy.energyByPart(at: activations)) })
    visit(state)
    return DescentResult(
      tokens: state.tokens, activations: activations, stopReason: reason ?? .steps(state.steps),
      steps: state.steps, trajectory: trajectory)
  }

  /// Runs pieces of the batch on all cores, where no decision depends on the whole batch.
  ///
  /// The pieces depend only on
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
  /// A piece of up to 512 tokens keeps a step's arrays in a core's cache and its matrix products large enough.
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
    _ evaluation: Evaluation<Scalar>
  ) {
    trajectory.record(
      recording, step: state.steps, isLast: false, tokens: state.tokens,
      activations: { evaluation.activations }, energy: { detachedParts(evaluation.energy) })
  }

  private func detachedParts(_ energy: EnergyByPart<Scalar>) -> EnergyByPart<Scalar> {
    EnergyByPart(energy.parts.map { ($0.name, $0.energy.detached) })
  }

  /// The energy by part without its gradient.
  private func energyOnly(_ tokens: Tokens<Scalar>, _ fused: FusedDescent<Scalar>?) -> Evaluation<Scalar> {
    if let found = fused?.evaluate(tokens) { return found }
    let g = lagrangian.activations(at: tokens)
    return Evaluation(activations: g, energy: energy.energyByPart(at: g), gradient: g.values)
  }

  private func progress(
    from before: DescentState<Scalar>, _ evaluation: Evaluation<Scalar>, to after: DescentState<Scalar>
  ) -> DescentProgress {
    var progress = DescentProgress(steps: after.steps)
    if stop.usesEnergy, let new = after.evaluation {
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

  /// The stop reason of a state whose tokens or energy are not finite, or nil.
  ///
  /// `before` is the energy at the state
  /// that the step started from.
  private func fault(at state: DescentState<Scalar>, after before: Evaluation<Scalar>? = nil) -> StopReason? {
    var part: String?
    if !state.tokens.values.isFinite {
      part = before.flatMap { partWithoutFiniteGradient(at: $0.activations) } ?? "tokens"
    } else if let found = state.evaluation,
      let first = found.energy.parts.first(where: { !$0.energy.isFinite })
    {
      part = found.activations.values.isFinite ? first.name : "activations"
    }
    return part.map { .nonFinite(step: state.steps, part: $0) }
  }

  /// The stop reason of a step that made the norm's squares overflow, or nil.
  private func overflow(from before: DescentState<Scalar>, to after: DescentState<Scalar>) -> StopReason? {
    guard let norm = lagrangian as? any LengthNorm<Scalar> else { return nil }
    return norm.overflows(from: before.tokens, to: after.tokens) ? .overflow(step: after.steps) : nil
  }

  /// The first part of the energy whose gradient is not finite.
  private func partWithoutFiniteGradient(at g: Activations<Scalar>) -> String? {
    let values = g.values.detached.variable()
    let parts = energy.energyByPart(at: g.with(values)).parts
    return parts.first { part in
      !gradients(of: part.energy.sum(), withRespectTo: [values])[0].isFinite
    }?.name
  }
}
