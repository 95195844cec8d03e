public import Energies
import Tensors

/// Why a descent cannot use fused kernels.
struct FusedObstacle: Error {
  let reason: String
}

/// A fused descent and what to ask of it.
struct FusedPlan<Scalar: TensorScalar> {
  let parts: [(name: String, energy: any FusedEnergy<Scalar>)]
  let norm: LayerNormLagrangian<Scalar>
  var request: FusedDescent<Scalar>.Request
  /// P, where steps have one.
  var preconditioner: Tensor<Scalar>?

  /// Evaluates energies and their gradients.
  var evaluator: FusedDescent<Scalar> { FusedDescent(parts, norm) }
  /// Takes steps.
  var descent: FusedDescent<Scalar> { FusedDescent(parts, norm, preconditioner: preconditioner) }
}

extension EnergyDescent {
  /// The parts and the norm for fused kernels, or why there are none.
  private func fusedKernels(
    for tokens: Tokens<Scalar>
  ) -> Result<FusedPlan<Scalar>, FusedObstacle> {
    func obstacle(_ reason: String) -> Result<FusedPlan<Scalar>, FusedObstacle> {
      .failure(FusedObstacle(reason: reason))
    }
    if !usesFusedKernels { return obstacle("fused kernels are switched off") }
    if includesNeuronEnergy { return obstacle("the neurons' own energy is minimised too") }
    if rates != nil { return obstacle("numbers move at rates of their own") }
    guard let norm = lagrangian as? LayerNormLagrangian<Scalar> else {
      return obstacle("the Lagrangian \(Norm.self) is not the layer norm")
    }
    let shape = tokens.values.shape
    switch energy.fusedParts {
    case .missing(let reason): return obstacle(reason)
    case .parts(let parts):
      guard shape[0] > 0, shape[1] > 0, norm.delta.count == shape[2],
        parts.allSatisfy({ $0.energy.accepts(batch: shape[0], tokenCount: shape[1], dimension: shape[2]) })
      else { return obstacle("the energy does not fit tokens of shape \(shape)") }
      return .success(FusedPlan(parts: parts, norm: norm, request: .init(sizes: [])))
    }
  }

  /// Why not all steps can be taken in fused buffers; nil where they can.
  private func obstacleToFusedSteps(_ recording: [Recording<Scalar>]) -> String? {
    if direction != .gradient { return "the direction is \(direction)" }
    if !(updateRule is GradientUpdate) { return "the update rule \(type(of: updateRule))" }
    if !(stepSize is any StepSizeSchedule) { return "step sizes depend on the descent" }
    if stop.stepsOnly == nil { return "the stopping rule looks at more than steps" }
    if recording.contains(where: { if case .quantity = $0 { true } else { false } }) {
      return "a quantity is recorded at every step"
    }
    if recording.contains(where: { if case .predictedDecreases = $0 { true } else { false } }) {
      return "predicted decreases are recorded"
    }
    if recording.contains(where: { if case .tokenEnergies = $0 { true } else { false } }) {
      return "the energies of tokens are recorded"
    }
    return nil
  }

  /// The fused form of this descent, or why it has none.
  private func fusedPlan(
    for tokens: Tokens<Scalar>, recording: [Recording<Scalar>]
  ) -> Result<FusedPlan<Scalar>, FusedObstacle> {
    if let reason = obstacleToFusedSteps(recording) { return .failure(FusedObstacle(reason: reason)) }
    return fusedKernels(for: tokens).flatMap { plan in
      if learnedSteps?.preconditioner != nil, plan.parts.contains(where: { $0.energy is TensorTerm<Scalar> })
      {
        return .failure(
          FusedObstacle(reason: "steps have a preconditioner and a part of the energy has no fused kernel"))
      }
      var plan = plan
      let steps = stop.stepsOnly ?? 0
      plan.request.sizes =
        (stepSize as? any StepSizeSchedule).map { sizes in
          (0..<steps).map { step in
            Scalar(sizes.size(at: step)) * (learnedSteps?.factor(at: step)?.detached.scalar ?? 1)
          }
        } ?? []
      plan.preconditioner = learnedSteps?.matrix?.detached
      for item in recording {
        switch item {
        case .energies: plan.request.lastEnergy = true
        case .states(let every):
          plan.request.states += (0...steps).filter { $0 == steps || $0 % max(1, every) == 0 }
        case .energiesBeforeSteps, .quantity, .predictedDecreases, .tokenEnergies: break
        }
      }
      plan.request.states.sort()
      return .success(plan)
    }
  }

  /// What evaluates energies by fused kernels; nil where gradients flow or there is none.
  func fusedEvaluator(for tokens: Tokens<Scalar>) -> FusedDescent<Scalar>? {
    guard !isTracked(tokens), case .success(let plan) = fusedKernels(for: tokens) else { return nil }
    return plan.evaluator
  }

  /// How `run` computes a descent from these tokens, part by part, and why not all of it by fused kernels.
  ///
  /// Parts that have a fused kernel use it beside parts that have none: a term of one's own is differentiated and
  /// leaves the others their speed. A descent that meets a number that is not finite is run again by tensor
  /// operations, which find where; so is one whose energy depends on a variable of differentiation that it does not list.
  public func computation(
    from tokens: Tokens<Scalar>, recording: [Recording<Scalar>] = []
  ) -> DescentComputation {
    func general(_ reason: String) -> DescentComputation {
      let way = DescentComputation.Way.general(reason: reason)
      return DescentComputation(
        parts: energy.partsForDescents.map { .init(name: $0.name, way: way) }, steps: way)
    }
    let isDifferentiated = gradientPath != .detached && isTracked(tokens)
    if gradientPath == .unrolled && isDifferentiated {
      return general("the unrolled gradient path keeps a graph of tensor operations")
    }
    let obstacle = obstacleToFusedSteps(recording)
    switch fusedKernels(for: tokens) {
    case .failure(let obstacle): return general(obstacle.reason)
    case .success(let plan):
      if let obstacle, isDifferentiated { return general(obstacle) }
      let parts = plan.parts.map { part in
        let term = part.energy as? TensorTerm<Scalar>
        return DescentComputation.Part(
          name: part.name, way: term.map { .general(reason: $0.reason) } ?? .fused)
      }
      return DescentComputation(parts: parts, steps: obstacle.map { .general(reason: $0) } ?? .fused)
    }
  }

  /// The fused run of a descent without gradients; nil where there is none.
  func runFused(from tokens: Tokens<Scalar>, recording: [Recording<Scalar>]) -> DescentResult<Scalar>? {
    guard case .success(let plan) = fusedPlan(for: tokens, recording: recording),
      let run = plan.descent.run(from: tokens, plan.request)
    else { return nil }
    return result(of: run, tokens: run.tokens, activations: run.activations, mask: tokens.mask, recording)
  }

  /// The fused run of a descent whose result is to be differentiated; nil where there is none.
  func runFusedTracked(from tokens: Tokens<Scalar>, recording: [Recording<Scalar>]) -> DescentResult<Scalar>?
  {
    let mask = tokens.mask
    let plain = detached
    let start = Tokens(tokens.values.detached, mask: mask)
    guard case .success(var plan) = plain.fusedPlan(for: start, recording: recording) else { return nil }
    let descent = plan.descent
    plan.request.keeping = keeping(descent, start, steps: plan.request.sizes.count)
    guard let run = descent.run(from: start, plan.request) else { return nil }
    let ofEnergy = energy.dependencies.values
    let others = otherParameters
    let learned = plain.learnedSteps
    let tape = run.tape
    let values = Tensor.differentiable(run.tokens, inputs: [tokens.values] + ofEnergy + others) {
      pull in
      if pull.isDifferentiated {
        // A second derivative needs the whole graph: run again, unrolled.
        return pull.byDifferentiating { variables in
          let ofEnergy = variables[1...].prefix(ofEnergy.count)
          let tracked = plain.replacing(ofEnergy, Array(variables.suffix(others.count)))
          return tracked.runInPlace(from: Tokens(variables[0], mask: mask), recording: []).tokens.values
        }
      }
      let found = descent.gradients(
        tape, cotangent: pull.cotangent, ofStepFactors: learned?.logFactors != nil)
      return [found.tokens] + found.dependencies + [found.gamma, found.delta]
        + (learned?.gradients(ofFactors: found.stepFactors, ofMatrix: found.preconditioner) ?? [])
    }
    let last = Tokens(values, mask: mask)
    return result(
      of: run, tokens: values, activations: lagrangian.activations(at: last).values, mask: mask, recording)
  }

  private func keeping(
    _ descent: FusedDescent<Scalar>, _ tokens: Tokens<Scalar>, steps: Int
  ) -> FusedTape<Scalar>.Keeping {
    guard case .automatic(let limit) = gradientPath else { return .tokens }
    let shape = tokens.values.shape
    let pieces = descent.pieces(batch: shape[0], tokenCount: shape[1], mask: tokens.mask)
    let count = pieces.reduce(0) { $0 + FusedPiece(descent, $1).keptStepCount } * steps
    return count * MemoryLayout<Scalar>.stride <= limit ? .steps : .tokens
  }

  private func result(
    of run: FusedDescent<Scalar>.Run, tokens: Tensor<Scalar>, activations: Tensor<Scalar>, mask: TokenMask?,
    _ recording: [Recording<Scalar>]
  ) -> DescentResult<Scalar> {
    var trajectory = Trajectory<Scalar>()
    let keepsEnergies = recording.contains {
      switch $0 {
      case .energies, .energiesBeforeSteps: true
      case .states, .quantity, .predictedDecreases, .tokenEnergies: false
      }
    }
    if keepsEnergies { trajectory.energies = run.energies }
    trajectory.states = run.states
    let steps = run.tape.sizes.count
    return DescentResult(
      tokens: Tokens(tokens, mask: mask), activations: Activations(activations, mask: mask),
      stopReason: .steps(steps), steps: steps, trajectory: trajectory)
  }
}
