public import Energies
public import Tensors

/// A descent between two steps.
public struct DescentState<Scalar: TensorScalar>: Sendable {
  /// x, the tokens.
  public internal(set) var tokens: Tokens<Scalar>
  /// The number of steps taken.
  public internal(set) var steps: Int
  /// What the update rule keeps.
  public internal(set) var memory: UpdateMemory<Scalar>
  /// alpha of the last step, [1, 1, 1] or, with backtracking, [batch, 1, 1]; nil before the first.
  public internal(set) var stepSize: Tensor<Scalar>?
  /// How many gradients of the energy the steps have taken; that at the tokens, where backtracking left it, included.
  public internal(set) var gradientCount = 0
  /// g, the energy and its gradient at the tokens, where they are already known.
  var evaluation: Evaluation<Scalar>?
  /// What evaluates energies by fused kernels, where it can.
  var fused: FusedDescent<Scalar>?
}

/// The energy at some tokens.
struct Evaluation<Scalar: TensorScalar>: Sendable {
  let activations: Activations<Scalar>
  let energy: EnergyByPart<Scalar>
  let gradient: Tensor<Scalar>
}
