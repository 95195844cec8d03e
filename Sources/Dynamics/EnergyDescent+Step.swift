public import Energies
import Foundations
import Tensors

/// One step of a descent.
extension EnergyDescent {
  /// The state before the first step, for stepping by hand.
  public func start(from tokens: Tokens<Scalar>) -> DescentState<Scalar> {
    DescentState(tokens: tokens, updateState: updateRule.initialState(), fused: fusedEvaluator(for: tokens))
  }

  /// Takes one step, whatever the stopping rule says.
  ///
  /// Where the step-size rule tries sizes, the energy at the new tokens stays known with its gradient.
  public func step(_ state: inout DescentState<Scalar>) {
    if state.evaluation == nil { state.gradientCount += 1 }
    let evaluation = state.evaluation ?? evaluate(state.tokens, state.fused)
    state.evaluation = nil
    let start = state
    let direction = direction(of: evaluation, at: start.tokens, step: start.steps)
    // Where contexts are held each token has a size of its own, tried with the others where they are.
    let held = stepSize is any StepSizeSchedule ? nil : heldContexts(at: start.tokens)
    let trials = StepTrials<Scalar> { size in
      var tried = outcome(of: start, evaluation, direction, size)
      if let held {
        tried.energies = held.energies(of: lagrangian.activations(at: tried.state.tokens)).elements
      } else {
        tried.state.evaluation = evaluate(tried.state.tokens, start.fused)
        tried.energies = tried.state.evaluation?.energy.total.elements ?? []
      }
      return tried
    }
    let size = stepSize.size(
      of: PendingStep(
        index: state.steps, kept: state.keptForStepSize, evaluation: evaluation, held: held,
        direction: direction, trials: trials, prediction: prediction(of: start, evaluation, direction))
    ).detached
    if let values = plainStep(from: start.tokens, direction, size) {
      state.tokens.values = values
      state.steps += 1
      state.stepSize = size
      return
    }
    let taken = trials.outcome(of: size) ?? outcome(of: start, evaluation, direction, size)
    state = taken.state
    state.steps += 1
    state.gradientCount += trials.gradientCount
    state.stepSize = size
    state.keptForStepSize = stepSize.kept(
      of: TakenStep(
        size: size, displacement: taken.displacement.detached, gradient: direction.detached))
  }

  /// The contexts that tokens are held in for a step from here; nil where the energy holds none.
  func heldContexts(at tokens: Tokens<Scalar>) -> HeldContexts<Scalar>? {
    energy.heldByToken.map { HeldContexts(energy: $0, at: lagrangian.activations(at: tokens)) }
  }

  /// x - alpha dE/dg in one sweep over memory, where a step is nothing else and no rule asks how far it went.
  private func plainStep(
    from tokens: Tokens<Scalar>, _ direction: Tensor<Scalar>, _ size: Tensor<Scalar>
  ) -> Tensor<Scalar>? {
    guard updateRule is GradientUpdate, stepSize is any StepSizeSchedule, rates == nil, tokens.mask == nil,
      !bringsTokensBack, size.count == 1, !tokens.values.isTracked, !direction.isTracked
    else { return nil }
    return .combination(1, tokens.values, -size.scalar, direction)
  }

  /// Where a step of a size leads from a state.
  private func outcome(
    of start: DescentState<Scalar>, _ evaluation: Evaluation<Scalar>, _ direction: Tensor<Scalar>,
    _ size: Tensor<Scalar>
  ) -> StepTrials<Scalar>.Outcome {
    let (batch, tokenCount) = (start.tokens.values.shape[0], start.tokens.values.shape[1])
    require(
      [[1, 1, 1], [batch, 1, 1], [batch, tokenCount, 1]].contains(size.shape),
      "a step size of shape \(size.shape) instead of [1, 1, 1], [\(batch), 1, 1] or [\(batch), \(tokenCount), 1]"
    )
    var next = start
    let displacement = displacement(
      along: direction, evaluation.activations, size, state: &next.updateState)
    next.tokens.values = moved(start.tokens, by: displacement, size: size)
    return StepTrials.Outcome(state: next, displacement: displacement)
  }

  /// What a step of a size adds to the tokens; nothing at padding.
  func displacement(
    along direction: Tensor<Scalar>, _ g: Activations<Scalar>, _ size: Tensor<Scalar>,
    state: inout UpdateState<Scalar>
  ) -> Tensor<Scalar> {
    guard let rates else {
      return g.masking(updateRule.displacement(gradient: direction, stepSize: size, state: &state))
    }
    // A number that is held has no gradient either: a rule that weighs gradients must not see it.
    let gradient = moving.map { direction * $0 } ?? direction
    return g.masking(
      updateRule.displacement(gradient: gradient, stepSize: size * rates, state: &state))
  }

  /// g, the energy by part and dE/dg at some tokens.
  func evaluate(_ tokens: Tokens<Scalar>, _ fused: FusedDescent<Scalar>? = nil) -> Evaluation<Scalar> {
    if let fused, !tokens.values.isTracked, let found = fused.evaluate(tokens) { return found }
    let g = lagrangian.activations(at: tokens)
    if includesNeuronEnergy, let summing, !tokens.values.isTracked {
      let found = summing.energyAndGradient(at: g, addedTo: tokens.values)
      return Evaluation(
        activations: g, energy: withNeuronEnergy(found.energy, tokens, g), gradient: found.gradient)
    }
    let found = energy.trackedEnergyAndGradient(at: g)
    guard includesNeuronEnergy else {
      return Evaluation(activations: g, energy: found.energy, gradient: found.gradient)
    }
    return Evaluation(
      activations: g, energy: withNeuronEnergy(found.energy, tokens, g),
      gradient: found.gradient + g.masking(tokens.values))
  }

  /// The energy by part without its gradient.
  func readEnergy(at tokens: Tokens<Scalar>, _ fused: FusedDescent<Scalar>?) -> EnergyReading<Scalar> {
    if let found = fused?.evaluate(tokens) { return found.reading }
    let g = lagrangian.activations(at: tokens)
    return EnergyReading(activations: g, energy: energyByPart(at: g, tokens))
  }

  /// The energy by part of what is minimised, at tokens whose activations are known.
  func energyByPart(at g: Activations<Scalar>, _ tokens: Tokens<Scalar>) -> EnergyByPart<Scalar> {
    let parts = energy.energyByPart(at: g)
    return includesNeuronEnergy ? withNeuronEnergy(parts, tokens, g) : parts
  }

  private func withNeuronEnergy(
    _ energy: EnergyByPart<Scalar>, _ tokens: Tokens<Scalar>, _ g: Activations<Scalar>
  ) -> EnergyByPart<Scalar> {
    // Where nothing is differentiated, activations need not be computed again.
    if !g.values.isTracked, !tokens.values.isTracked,
      let layers = lagrangian as? PartitionedLagrangian<Scalar>
    {
      return EnergyByPart(energy.parts + layers.legendreTransformByPart(at: tokens, g).parts)
    }
    return EnergyByPart(energy.parts + lagrangian.legendreTransformByPart(at: tokens).parts)
  }
}
