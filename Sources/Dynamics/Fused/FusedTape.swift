import Tensors

/// What a fused descent keeps for the backward pass.
struct FusedTape<Scalar: TensorScalar>: @unchecked Sendable {
  /// What is kept of each step.
  enum Keeping: Sendable {
    /// Nothing.
    case nothing
    /// The tokens before each step; all else is computed again.
    case tokens
    /// All that the backward pass needs.
    case steps
  }

  let keeping: Keeping
  let sizes: [Scalar]
  /// The pieces with their memory: steps one after the other.
  var pieces: [(piece: FusedPiece<Scalar>, memory: Storage<Scalar>)]
}
