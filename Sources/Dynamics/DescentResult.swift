public import Energies
public import Tensors

/// What came out of a descent.
public struct DescentResult<Scalar: TensorScalar>: Sendable {
  /// The tokens after the last step.
  public let tokens: Tokens<Scalar>
  /// g at the last tokens: what decoders read.
  public let activations: Activations<Scalar>
  /// Why it stopped.
  public let stopReason: StopReason
  /// The number of steps taken.
  public let steps: Int
  /// What was recorded.
  public let trajectory: Trajectory<Scalar>
}
