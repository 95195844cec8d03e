import Foundations
public import Tensors

/// Maximum pooling of each feature, as the softmax of a score that is very large: score_k = sharpness h_k.
///
/// The pooled feature lies at most log(instances) / sharpness below the largest. Scores are constants for
/// differentiation, so that the derivative goes to the instance with the largest feature, as that of a
/// maximum.
public struct MaximumScores<Scalar: TensorScalar>: InstanceScores {
  /// What features are multiplied by.
  public let sharpness: Double

  /// Maximum pooling has no parameters.
  public init(sharpness: Double = 1e5) {
    require(sharpness > 0, "sharpness \(sharpness), expected a positive number")
    self.sharpness = sharpness
  }

  public func callAsFunction(_ features: Tensor<Scalar>) -> Tensor<Scalar> {
    features.detached * Scalar(sharpness)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {}
}
