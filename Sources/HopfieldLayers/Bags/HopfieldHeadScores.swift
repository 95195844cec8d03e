import Foundations
public import Tensors

/// Hopfield pooling with a head for each feature: score_k = β_k h_k, the overlap of a state of one number
/// with the instance's own feature as stored pattern.
///
/// Every head looks for its instances by itself, and is answered with the same feature of those: z_k is one
/// update of a modern Hopfield network of patterns of size 1. Many small heads are many independent searches,
/// which is what rare instances need.
///
/// - Source: Ramsauer et al. 2021, section 3 (`HopfieldPooling` with heads of size 1, patterns as they are).
public struct HopfieldHeadScores<Scalar: TensorScalar>: InstanceScores {
  /// β of each head times its learned state, [features].
  public private(set) var states: Tensor<Scalar>

  /// Heads that all start at one `beta`.
  public init(featureCount: Int, beta: Double) {
    require(featureCount > 0 && beta > 0, "\(featureCount) heads with beta \(beta)")
    states = Tensor(repeating: Scalar(beta), shape: [featureCount])
  }

  public func callAsFunction(_ features: Tensor<Scalar>) -> Tensor<Scalar> {
    features * states
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("states", &states)
  }
}
