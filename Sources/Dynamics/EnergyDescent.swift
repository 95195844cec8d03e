public import Energies
public import Tensors

/// A descent of an energy, in pieces: what is minimised, in which direction, how far, and until when.
///
///     g = dL/dx (x),   x <- x - alpha dE/dg (g)
///
/// The gradient is with respect to the activations g and the step moves the tokens x. For a Lagrangian with a
/// positive semi-definite Hessian M the energy falls at the rate alpha (dE/dg)ᵀ M (dE/dg), for small alpha.
///
/// - Source: Hoover et al. 2023, equations 6 and 7.
public struct EnergyDescent<Function: Energy, Norm: Lagrangian>: Sendable
where Function.Scalar == Norm.Scalar {
  public typealias Scalar = Function.Scalar

  /// E, what is minimised.
  public var energy: Function
  /// L, whose gradient is the activation.
  public var lagrangian: Norm
  /// In which direction.
  public var updateRule: any UpdateRule
  /// How far.
  public var stepSize: any StepSizeRule
  /// Until when.
  public let stop: StoppingRule
  /// How derivatives flow back.
  public var gradientPath: GradientPath
  /// Whether fused kernels are used where they cover the descent; the general way gives the same to rounding.
  public var usesFusedKernels = true

  /// A descent in all its pieces.
  ///
  /// The stopping rule must end every descent: put a number of steps beside a tolerance.
  public init(
    of energy: Function, lagrangian: Norm, updateRule: any UpdateRule = .gradient,
    stepSize: any StepSizeRule, stop: StoppingRule, gradientPath: GradientPath = .automatic
  ) {
    require(
      stop.isBounded, "the stopping rule \(stop) may never hold: use .any([.after(steps: …), …])")
    self.energy = energy
    self.lagrangian = lagrangian
    self.updateRule = updateRule
    self.stepSize = stepSize
    self.stop = stop
    self.gradientPath = gradientPath
  }

  /// Runs the descent until it stops.
  ///
  /// - Parameters:
  ///   - tokens: x before the first step.
  ///   - recording: What to keep besides the last tokens.
  /// - Returns: The last tokens, and why the descent stopped.
  public func run(from tokens: Tokens<Scalar>, recording: [Recording<Scalar>] = []) -> DescentResult<Scalar> {
    if gradientPath == .detached || !isTracked(tokens) {
      let plain = Tokens(tokens.values.detached, mask: tokens.mask)
      return detached.runFused(from: plain, recording: recording)
        ?? detached.runInPieces(from: plain, recording: recording)
    }
    if gradientPath == .unrolled { return runUnrolled(from: tokens, recording: recording) }
    if let result = runFusedTracked(from: tokens, recording: recording) { return result }
    if case .automatic = gradientPath, energy.closedForm == nil {
      return runUnrolled(from: tokens, recording: recording)
    }
    return runRecomputed(from: tokens, recording: recording)
  }

  /// The state before the first step, for stepping by hand.
  public func start(from tokens: Tokens<Scalar>) -> DescentState<Scalar> {
    DescentState(
      tokens: tokens, steps: 0, memory: updateRule.initialMemory(), fused: fusedEvaluator(for: tokens))
  }

  /// Takes one step, whatever the stopping rule says.
  public func step(_ state: inout DescentState<Scalar>) {
    if state.evaluation == nil { state.gradientCount += 1 }
    let evaluation = state.evaluation ?? evaluate(state.tokens, state.fused)
    state.evaluation = nil
    if let backtracking = stepSize.backtracking {
      backtrack(&state, evaluation, backtracking)
    } else {
      let size = Tensor<Scalar>(repeating: Scalar(stepSize.size(at: state.steps)), shape: [1, 1, 1])
      state.tokens.values = moved(state.tokens, evaluation, size, memory: &state.memory)
      state.stepSize = size
    }
    state.steps += 1
  }

  /// g, the energy by part and dE/dg at some tokens.
  func evaluate(_ tokens: Tokens<Scalar>, _ fused: FusedDescent<Scalar>? = nil) -> Evaluation<Scalar> {
    if let fused, !tokens.values.isTracked, let found = fused.evaluate(tokens) { return found }
    let g = lagrangian.activations(at: tokens)
    let found = energy.trackedEnergyAndGradient(at: g)
    return Evaluation(activations: g, energy: found.energy, gradient: found.gradient)
  }

  /// The tokens after a displacement; padding stays.
  func moved(
    _ tokens: Tokens<Scalar>, _ evaluation: Evaluation<Scalar>, _ size: Tensor<Scalar>,
    memory: inout UpdateMemory<Scalar>
  ) -> Tensor<Scalar> {
    let change = updateRule.displacement(gradient: evaluation.gradient, stepSize: size, memory: &memory)
    return tokens.values + evaluation.activations.masking(change)
  }

  /// The same descent with parameters that are constants.
  var detached: EnergyDescent {
    replacing(energy.dependencies.values.map(\.detached), lagrangian.parameters.values.map(\.detached))
  }

  /// The descent with other parameters and context.
  func replacing(_ ofEnergy: some Sequence<Tensor<Scalar>>, _ ofLagrangian: [Tensor<Scalar>]) -> EnergyDescent
  {
    var copy = self
    copy.energy = energy.replacing(ofEnergy)
    copy.lagrangian = lagrangian.with(
      ParameterValues(names: lagrangian.parameters.names, values: ofLagrangian))
    return copy
  }

  func isTracked(_ tokens: Tokens<Scalar>) -> Bool {
    tokens.values.isTracked || energy.dependencies.values.contains(where: \.isTracked)
      || lagrangian.parameters.values.contains(where: \.isTracked)
  }
}
