public import Tensors

/// What each node contributes to the energy of a graph, by part; low where it agrees with neighbours and memories.
public struct NodeEnergies<Scalar: TensorScalar>: Sendable {
  /// - sum_h 1/beta log sum exp over the node's neighbours, [nodes].
  public let attention: Tensor<Scalar>
  /// - sum of G over the memories, [nodes].
  public let memory: Tensor<Scalar>

  /// Both together, [nodes].
  public var total: Tensor<Scalar> { attention + memory }
}
