public import Tensors

/// In which direction a step moves the tokens.
///
/// A rule works on each example by itself, so that an example's descent does not depend on its batch. What it
/// keeps from step to step is its ``UpdateState``, which every gradient path carries.
public protocol UpdateRule: Sendable {
  /// What is added to the tokens.
  ///
  /// - Parameters:
  ///   - gradient: dE/dg, [batch, tokens, dimension].
  ///   - stepSize: alpha, [1, 1, 1] or [batch, 1, 1]; a constant for differentiation.
  ///   - state: What the rule keeps from step to step.
  func displacement<Scalar>(
    gradient: Tensor<Scalar>, stepSize: Tensor<Scalar>, state: inout UpdateState<Scalar>
  ) -> Tensor<Scalar>

  /// Whether the displacement is -alpha times the gradient plus something that depends on neither tokens nor
  /// parameters. The gradient path through such a step is shorter.
  var isGradientStep: Bool { get }

  /// The state before the first step.
  func initialState<Scalar>() -> UpdateState<Scalar>
}

extension UpdateRule {
  public var isGradientStep: Bool { false }
  public func initialState<Scalar>() -> UpdateState<Scalar> { UpdateState() }
}

/// The state that an update rule keeps from step to step.
public struct UpdateState<Scalar: TensorScalar>: Sendable {
  /// Arrays with one row an example, such as a velocity; usually none before the first step. Their number may change
  /// from step to step. Derivatives flow through them on every gradient path.
  public var arrays: [Tensor<Scalar>]
  /// The source of a noisy rule's numbers.
  public var random: RandomStream?

  /// The state of a descent that has not started.
  public init(arrays: [Tensor<Scalar>] = [], random: RandomStream? = nil) {
    self.arrays = arrays
    self.random = random
  }
}
