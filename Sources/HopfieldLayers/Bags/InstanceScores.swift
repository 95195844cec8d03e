import Foundations
public import Tensors

/// What decides how much each instance of a bag counts when the bag is pooled.
///
/// A bag of features h is pooled to z = sum over instances x of p(x) h(x), with p the softmax of scores over
/// the instances: one score for each feature, or one for all of them.
public protocol InstanceScores<Scalar>: Parameterized {
  /// The scores of instances: [instances, features] gives [instances, features] or [instances, 1].
  ///
  /// Each instance is scored by itself.
  func callAsFunction(_ features: Tensor<Scalar>) -> Tensor<Scalar>

  /// Whether instances differ in weight, so that those with the largest weights stand for a bag.
  var ranksInstances: Bool { get }
}

extension InstanceScores {
  public var ranksInstances: Bool { true }
}

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
