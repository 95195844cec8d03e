public import Tensors

/// Mean pooling: every instance scores 0.
public struct MeanScores<Scalar: TensorScalar>: InstanceScores {
  /// Mean pooling has no parameters.
  public init() {}

  public func callAsFunction(_ features: Tensor<Scalar>) -> Tensor<Scalar> {
    .zeros([features.shape[0], 1])
  }

  public var ranksInstances: Bool { false }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {}
}
