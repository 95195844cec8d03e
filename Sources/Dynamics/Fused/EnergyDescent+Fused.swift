import Energies
import Tensors

/// Why a descent has no fused way.
struct FusedObstacle: Error {
  let reason: String
}

/// A fused descent and what to ask of it.
struct FusedPlan<Scalar: TensorScalar> {
  let parts: [(name: String, energy: any FusedEnergy<Scalar>)]
  let norm: LayerNormLagrangian<Scalar>
  var request: FusedDescent<Scalar>.Request

  var descent: FusedDescent<Scalar> { FusedDescent(parts, norm) }
}

extension EnergyDescent {
  /// The fused way of this descent, or what stands in its way.
  func fusedPlan(
    for tokens: Tokens<Scalar>, recording: [Recording<Scalar>]
  ) -> Result<FusedPlan<Scalar>, FusedObstacle> {
    func obstacle(_ reason: String) -> Result<FusedPlan<Scalar>, FusedObstacle> {
      .failure(FusedObstacle(reason: reason))
    }
    if !usesFusedKernels { return obstacle("fused kernels are switched off") }
    guard updateRule is GradientUpdate else { return obstacle("the update rule \(type(of: updateRule))") }
    if stepSize.backtracking != nil { return obstacle("step sizes are shortened by the energy") }
    guard let steps = stop.stepsOnly else { return obstacle("the stopping rule looks at more than steps") }
    if recording.contains(where: { if case .quantity = $0 { true } else { false } }) {
      return obstacle("a quantity is recorded at every step")
    }
    guard let norm = lagrangian as? LayerNormLagrangian<Scalar> else {
      return obstacle("the Lagrangian \(Norm.self) is not the layer norm")
    }
    let parts: [(name: String, energy: any FusedEnergy<Scalar>)]
    switch energy.fusedParts {
    case .parts(let found): parts = found
    case .missing(let reason): return obstacle(reason)
    }
    let shape = tokens.values.shape
    guard shape[0] > 0, shape[1] > 0, norm.delta.count == shape[2],
      parts.allSatisfy({ $0.energy.accepts(batch: shape[0], tokenCount: shape[1], dimension: shape[2]) })
    else { return obstacle("the energy does not fit tokens of shape \(shape)") }
    var request = FusedDescent<Scalar>.Request(sizes: (0..<steps).map { Scalar(stepSize.size(at: $0)) })
    for item in recording {
      switch item {
      case .energies: request.lastEnergy = true
      case .states(let every): request.states += (0...steps).filter { $0 == steps || $0 % max(1, every) == 0 }
      case .energiesBeforeSteps, .quantity: break
      }
    }
    request.states.sort()
    return .success(FusedPlan(parts: parts, norm: norm, request: request))
  }

  /// The fused run of a descent without gradients; nil where there is none.
  func runFused(from tokens: Tokens<Scalar>, recording: [Recording<Scalar>]) -> DescentResult<Scalar>? {
    guard case .success(let plan) = fusedPlan(for: tokens, recording: recording),
      let run = plan.descent.run(from: tokens, plan.request)
    else { return nil }
    return result(of: run, tokens: run.tokens, activations: run.activations, mask: tokens.mask, recording)
  }

  /// The fused run of a descent whose result is to be differentiated; nil where there is none.
  func runFusedTracked(from tokens: Tokens<Scalar>, recording: [Recording<Scalar>]) -> DescentResult<Scalar>? {
    let mask = tokens.mask
    let plain = detached
    let start = Tokens(tokens.values.detached, mask: mask)
    guard case .success(var plan) = plain.fusedPlan(for: start, recording: recording) else { return nil }
    let descent = plan.descent
    plan.request.keeping = keeping(descent, start, steps: plan.request.sizes.count)
    guard let run = descent.run(from: start, plan.request) else { return nil }
    let ofEnergy = energy.dependencies.values
    let ofLagrangian = lagrangian.parameters.values
    let tape = run.tape
    let values = Tensor.differentiable(run.tokens, inputs: [tokens.values] + ofEnergy + ofLagrangian) { pull in
      if pull.isDifferentiated {
        // A second derivative needs the whole graph: run again, unrolled.
        return pull.byDifferentiating { variables in
          let ofEnergy = variables[1...].prefix(ofEnergy.count)
          let tracked = plain.replacing(ofEnergy, Array(variables.suffix(ofLagrangian.count)))
          return tracked.runInPlace(from: Tokens(variables[0], mask: mask), recording: []).tokens.values
        }
      }
      let found = descent.gradients(tape, cotangent: pull.cotangent)
      return [found.tokens] + found.dependencies + [found.gamma, found.delta]
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
      case .states, .quantity: false
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
