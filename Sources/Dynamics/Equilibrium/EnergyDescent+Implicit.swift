public import Energies
import Foundations
import Tensors

/// Derivatives of where a descent comes to rest.
extension EnergyDescent {
  /// Runs without a graph and differentiates the rest itself.
  func runImplicit(
    from tokens: Tokens<Scalar>, _ solve: ImplicitGradient, recording: [Recording<Scalar>]
  ) -> DescentResult<Scalar> {
    require(
      energy.heldByToken == nil,
      "an energy whose contexts are held has no implicit gradient: where it rests is no stationary point of one function"
    )
    let ofEnergy = energy.dependencies.values
    let ofLagrangian = lagrangian.parameters.values
    let plain = detached
    var forward = plain
    forward.gradientPath = .detached
    let result = forward.run(from: Tokens(tokens.values.detached, mask: tokens.mask), recording: recording)
    guard result.stopReason.isFinite else { return result }
    let last = result.tokens
    let values = Tensor.differentiable(
      last.values.detached, inputs: [tokens.values] + ofEnergy + ofLagrangian
    ) { pull in
      require(
        !pull.isDifferentiated,
        "implicit gradients are first derivatives; for second ones take the gradient path .unrolled or .recomputed"
      )
      return EquilibriumSystem(plain, at: last).pullback(pull.cotangent, solve)
    }
    let final = Tokens(values, mask: tokens.mask)
    return DescentResult(
      tokens: final, activations: lagrangian.activations(at: final), stopReason: result.stopReason,
      steps: result.steps, trajectory: result.trajectory)
  }

  /// Runs without a graph, and then a few more steps with one.
  func runTruncated(
    from tokens: Tokens<Scalar>, steps: Int, recording: [Recording<Scalar>]
  ) -> DescentResult<Scalar> {
    var forward = detached
    forward.gradientPath = .detached
    let result = forward.run(from: Tokens(tokens.values.detached, mask: tokens.mask), recording: recording)
    guard result.stopReason.isFinite else { return result }
    // Numbers that are held pass their derivatives on.
    var start = result.tokens.values.detached
    if let moving { start = start + (tokens.values - tokens.values.detached) * (1 - moving) }
    var last = EnergyDescent(
      of: energy, lagrangian: lagrangian, updateRule: updateRule, stepSize: stepSize,
      stop: .after(steps: steps),
      gradientPath: .unrolled)
    (last.includesNeuronEnergy, last.rates, last.direction) = (includesNeuronEnergy, rates, direction)
    last.learnedSteps = learnedSteps?.after(steps: result.steps)
    let more = last.runUnrolled(from: Tokens(start, mask: tokens.mask), recording: [])
    return DescentResult(
      tokens: more.tokens, activations: more.activations, stopReason: result.stopReason,
      steps: result.steps + steps, trajectory: result.trajectory)
  }

  /// 1 where a number of the tokens moves and 0 where its rate is 0; nil where all move.
  var moving: Tensor<Scalar>? {
    rates.map { 1 - $0.equals(.zeros([1, 1, 1])) }
  }

  /// How far tokens are from rest: the largest number, of each example, of the gradient's part that moves activations.
  public func restResiduals(at tokens: Tokens<Scalar>) -> [Double] {
    restResiduals(at: tokens, evaluate(tokens).gradient)
  }

  func restResiduals(at tokens: Tokens<Scalar>, _ gradient: Tensor<Scalar>) -> [Double] {
    let held = moving.map { gradient.detached * $0 } ?? gradient.detached
    let part = lagrangian.tangent(held, at: Tokens(tokens.values.detached, mask: tokens.mask))
    let size = tokens.values.count / max(1, tokens.values.shape[0])
    guard size > 0 else { return [] }
    return part.absoluteValue().reshaped([tokens.values.shape[0], size]).maximum(axis: 1).elements.map(
      Double.init)
  }
}
