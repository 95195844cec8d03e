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
