import Tensors

/// What a continuous memory finds at some states.
struct UpdateEvaluation<Scalar: TensorScalar> {
  /// The states after one update, [states, dimension].
  let next: Tensor<Scalar>
  /// The energies before it; empty where they were not asked for.
  let energies: [Double]
  /// Whether a pattern reaches the state.
  let isReached: [Bool]
}
