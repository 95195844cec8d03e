public import Energies
public import Tensors

/// A descent between two steps.
public struct DescentState<Scalar: TensorScalar>: Sendable {
  /// x, the tokens.
  public internal(set) var tokens: Tokens<Scalar>
  /// The number of steps taken.
  public internal(set) var steps = 0
  /// The state that the update rule keeps.
  public internal(set) var updateState: UpdateState<Scalar>
  /// alpha of the last step, [1, 1, 1] or, where each example has its own, [batch, 1, 1], and where each token has,
  /// [batch, tokens, 1]; nil before the first.
  public internal(set) var stepSize: Tensor<Scalar>?
  /// The number of gradients of the energy computed so far, with the one at the tokens where backtracking has left it.
  public internal(set) var gradientCount = 0
  /// What the step-size rule keeps of the last step.
  var keptForStepSize: [Tensor<Scalar>] = []
  /// g, the energy and its gradient at the tokens, where they are already known.
  var evaluation: Evaluation<Scalar>?
  /// Evaluates energies by fused kernels, where there are any.
  var fused: FusedDescent<Scalar>?
}

/// The energy at some tokens, with its gradient.
struct Evaluation<Scalar: TensorScalar>: Sendable {
  let activations: Activations<Scalar>
  let energy: EnergyByPart<Scalar>
  let gradient: Tensor<Scalar>

  /// The energy alone.
  var reading: EnergyReading<Scalar> { EnergyReading(activations: activations, energy: energy) }
}

/// The activations where a step starts, at which the context of each token is held.
struct HeldContexts<Scalar: TensorScalar>: Sendable {
  let energy: any TokenwiseEnergy<Scalar>
  let activations: Activations<Scalar>

  init(energy: any TokenwiseEnergy<Scalar>, at activations: Activations<Scalar>) {
    self.energy = energy
    self.activations = activations.with(activations.values.detached)
  }

  /// The energy of each token at some activations in the held contexts, [batch, tokens], a constant.
  func energies(of g: Activations<Scalar>) -> Tensor<Scalar> {
    energy.energyByToken(at: g.with(g.values.detached), context: activations).detached
  }
}

/// The energy at some tokens, where nobody needs its gradient.
struct EnergyReading<Scalar: TensorScalar>: Sendable {
  let activations: Activations<Scalar>
  let energy: EnergyByPart<Scalar>
}
