import Energies
import Foundations
import Tensors

/// The loop of a descent.
extension EnergyDescent {
  /// Runs all examples together.
  ///
  /// `visit` sees the state before each step and after the last.
  func runInPlace(
    from tokens: Tokens<Scalar>, recording: [Recording<Scalar>],
    visit: (DescentState<Scalar>) -> Void = { _ in }
  ) -> DescentResult<Scalar> {
    var state = start(from: tokens)
    // The energy at the tokens of the state, where it is known.
    var reading: EnergyReading<Scalar>?
    var trajectory = Trajectory<Scalar>()
    let needsEnergy = recording.contains { if case .energies = $0 { true } else { false } }
    let needsPrediction = recording.contains { if case .predictedDecreases = $0 { true } else { false } }
    let needsTokenEnergies = recording.contains { if case .tokenEnergies = $0 { true } else { false } }
    require(
      !needsTokenEnergies || energy.heldByToken != nil,
      "the energies of tokens are recorded where contexts are held: \(energy.name) holds none")
    var reason = stop.reason(DescentProgress(steps: 0))
    if reason == nil {
      state.evaluation = evaluate(tokens, state.fused)
      reading = state.evaluation?.reading
      reason = fault(at: state, tokens.values.isFinite, reading)
    }
    while reason == nil {
      let evaluation = state.evaluation ?? evaluate(state.tokens, state.fused)
      var next = state
      step(&next)
      var nextReading = next.evaluation?.reading
      let isFinite = next.tokens.values.isFinite
      if nextReading == nil, isFinite {
        // After a last step that is known to be one, only the energy is needed, if that.
        if stop.stepsOnly != next.steps {
          next.evaluation = evaluate(next.tokens, state.fused)
          nextReading = next.evaluation?.reading
        } else if needsEnergy {
          nextReading = readEnergy(at: next.tokens, next.fused)
        }
      }
      reason = fault(at: next, isFinite, nextReading, after: evaluation) ?? overflow(from: state, to: next)
      if reason != nil { break }
      record(&trajectory, recording, state, evaluation)
      if needsPrediction, let size = next.stepSize {
        trajectory.predictedDecreases.append(predictedDecreases(of: state, evaluation, size))
      }
      if needsTokenEnergies {
        trajectory.tokenEnergyChanges +=
          heldContexts(at: state.tokens).map { [change(from: $0, to: next)] } ?? []
      }
      visit(state)
      reason = stop.reason(progress(from: state, evaluation, to: next, nextReading))
      (state, reading) = (next, nextReading)
    }
    let activations = reading?.activations ?? lagrangian.activations(at: state.tokens)
    trajectory.record(
      recording, step: state.steps, isLast: true, tokens: state.tokens, activations: { activations },
      energy: { detachedParts(reading?.energy ?? energyByPart(at: activations, state.tokens)) })
    visit(state)
    return DescentResult(
      tokens: state.tokens, activations: activations, stopReason: reason ?? .steps(state.steps),
      steps: state.steps, trajectory: trajectory)
  }

  /// How the energies of tokens change from the contexts that a step started in to the state after it.
  private func change(
    from held: HeldContexts<Scalar>, to after: DescentState<Scalar>
  ) -> TokenEnergyChange<Scalar> {
    let last = HeldContexts(energy: held.energy, at: lagrangian.activations(at: after.tokens))
    let before = held.energies(of: held.activations)
    return TokenEnergyChange(
      before: before, own: held.energies(of: last.activations) - before,
      net: last.energies(of: last.activations) - before)
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

  private func progress(
    from before: DescentState<Scalar>, _ evaluation: Evaluation<Scalar>, to after: DescentState<Scalar>,
    _ reading: EnergyReading<Scalar>?
  ) -> DescentProgress {
    var progress = DescentProgress(steps: after.steps)
    if stop.usesEnergy, let new = reading {
      progress.energyChange = largestDifference(evaluation.energy.total, new.energy.total)
    }
    if stop.usesRest, let gradient = after.evaluation?.gradient {
      progress.restResidual = restResiduals(at: after.tokens, gradient).max() ?? 0
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
  /// `hasFiniteTokens` says whether all numbers of its tokens are finite, and `before` is the energy at the state that the step
  /// started from.
  private func fault(
    at state: DescentState<Scalar>, _ hasFiniteTokens: Bool, _ reading: EnergyReading<Scalar>?,
    after before: Evaluation<Scalar>? = nil
  ) -> StopReason? {
    var part: String?
    if !hasFiniteTokens {
      part = before.flatMap { partWithoutFiniteGradient(at: $0.activations) } ?? "tokens"
    } else if let found = reading,
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
