public import Energies
import Foundations
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
  public var energy: Function {
    didSet { summing = nil }
  }
  /// L, whose gradient is the activation.
  public var lagrangian: Norm
  /// The rule that gives the direction of a step.
  public var updateRule: any UpdateRule
  /// The rule that gives the length of a step.
  public var stepSize: any StepSizeRule
  /// The rule that ends the descent.
  public package(set) var stop: StoppingRule
  /// The way in which derivatives flow back.
  public var gradientPath: GradientPath
  /// Whether the neurons' own energy ⟨x, g⟩ - L(x), the Legendre transform of L, is minimised with E. Its gradient with respect to
  /// g is x, so that neurons without synapses go to rest at 0. Off unless said: the Energy Transformer leaves it out.
  public var includesNeuronEnergy = false
  /// How fast each number of the tokens moves, the inverse of its time constant, and 0 for a number that is held; of a shape
  /// that repeats to [batch, tokens, dimension]. All move at the rate 1 when nil.
  public var rates: Tensor<Scalar>? {
    didSet { checkRates(rates) }
  }
  /// What the update rule is given as its gradient: dE/dg itself unless said. The others keep tokens from running away where the
  /// Lagrangian does not see it.
  public var direction = DescentDirection.gradient
  /// What is learned of the steps, alpha s_t P in place of alpha; nothing when nil.
  public var learnedSteps: LearnedSteps<Scalar>?
  /// Whether fused kernels are used where they cover the descent; tensor operations give the same up to rounding.
  public var usesFusedKernels = true

  /// The closed form of the energy, made ready once for many steps; nil where it has not been or there is none.
  var summing: (any SummingClosedForm<Scalar>)?

  /// A descent of an energy by the given rules.
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
        ?? detached.preparedForSteps.runInPieces(from: plain, recording: recording)
    }
    if case .implicit(let solve) = gradientPath {
      return runImplicit(from: tokens, solve, recording: recording)
    }
    if case .truncated(let steps) = gradientPath {
      return runTruncated(from: tokens, steps: steps, recording: recording)
    }
    if gradientPath == .unrolled { return runUnrolled(from: tokens, recording: recording) }
    if let result = runFusedTracked(from: tokens, recording: recording) { return result }
    if case .automatic = gradientPath, energy.closedForm == nil {
      return runUnrolled(from: tokens, recording: recording)
    }
    return runRecomputed(from: tokens, recording: recording)
  }

  /// The same descent with parameters that are constants.
  var detached: EnergyDescent {
    replacing(energy.dependencies.values.map(\.detached), otherParameters.map(\.detached))
  }

  /// The same descent with what its steps share, where they are many.
  var preparedForSteps: EnergyDescent {
    guard stop.stepsOnly.map({ $0 >= 8 }) ?? true,
      let closed = energy.closedForm as? any SummingClosedForm<Scalar>
    else { return self }
    var copy = self
    copy.summing = closed.preparedForSteps()
    return copy
  }

  /// The parameters that are not the energy's: those of the Lagrangian and then what is learned of the steps.
  var otherParameters: [Tensor<Scalar>] {
    lagrangian.parameters.values + (learnedSteps?.parameters.values ?? [])
  }

  /// The descent with other parameters and context; `others` as ``otherParameters`` lists them.
  func replacing(_ ofEnergy: some Sequence<Tensor<Scalar>>, _ others: [Tensor<Scalar>]) -> EnergyDescent {
    var copy = self
    copy.energy = energy.replacing(ofEnergy)
    let ofLagrangian = lagrangian.parameters
    copy.lagrangian = lagrangian.with(
      ParameterValues(names: ofLagrangian.names, values: Array(others.prefix(ofLagrangian.count))))
    if let learnedSteps {
      copy.learnedSteps = learnedSteps.with(
        ParameterValues(
          names: learnedSteps.parameters.names, values: Array(others.dropFirst(ofLagrangian.count))))
    }
    return copy
  }

  func isTracked(_ tokens: Tokens<Scalar>) -> Bool {
    tokens.values.isTracked || energy.dependencies.values.contains(where: \.isTracked)
      || otherParameters.contains(where: \.isTracked)
  }
}

/// Rates are finite numbers of at least 0.
private func checkRates<Scalar>(_ rates: Tensor<Scalar>?) {
  guard let rates else { return }
  require(
    rates.rank == 3, "rates have a shape that repeats to [batch, tokens, dimension], not \(rates.shape)")
  require(
    rates.elements.allSatisfy { $0 >= 0 && $0.isFinite }, "rates are finite numbers of at least 0")
}

/// The result of a descent.
public struct DescentResult<Scalar: TensorScalar>: Sendable {
  /// The tokens after the last step.
  public let tokens: Tokens<Scalar>
  /// g at the last tokens: what decoders read.
  public let activations: Activations<Scalar>
  /// The reason why the descent stopped.
  public let stopReason: StopReason
  /// The number of steps taken.
  public let steps: Int
  /// The recorded energies, states and quantities.
  public let trajectory: Trajectory<Scalar>
}
