public import Energies
public import Tensors

/// What a descent keeps besides its last tokens.
public enum Recording<Scalar: TensorScalar>: Sendable {
  /// The energy by part before each step and after the last. Costs one more evaluation of the energy.
  case energies
  /// The energy by part before each step and not after the last: fused descents compute it on the way.
  case energiesBeforeSteps
  /// The tokens before the first step, after every n-th and after the last.
  case states(every: Int)
  /// A quantity of each example, before each step and after the last.
  case quantity(name: String, @Sendable (Tokens<Scalar>, Activations<Scalar>) -> [Double])
}
