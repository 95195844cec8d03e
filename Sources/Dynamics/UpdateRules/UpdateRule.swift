public import Tensors

/// In which direction a step moves the tokens.
///
/// A rule works on each example by itself, so that an example's descent does not depend on its batch.
public protocol UpdateRule: Sendable {
  /// What is added to the tokens.
  ///
  /// - Parameters:
  ///   - gradient: dE/dg, [batch, tokens, dimension].
  ///   - stepSize: alpha, [1, 1, 1] or [batch, 1, 1].
  ///   - memory: What the rule keeps from step to step.
  func displacement<Scalar>(
    gradient: Tensor<Scalar>, stepSize: Tensor<Scalar>, memory: inout UpdateMemory<Scalar>
  ) -> Tensor<Scalar>

  /// Whether the displacement is -alpha times the gradient plus something that depends on neither tokens nor
  /// parameters. The gradient path through such a step is shorter.
  var isGradientStep: Bool { get }

  /// The memory before the first step.
  func initialMemory<Scalar>() -> UpdateMemory<Scalar>
}

extension UpdateRule {
  public var isGradientStep: Bool { false }
  public func initialMemory<Scalar>() -> UpdateMemory<Scalar> { UpdateMemory() }
}

/// What an update rule keeps from step to step.
public struct UpdateMemory<Scalar: TensorScalar>: Sendable {
  /// The velocity of a momentum rule, or the one array that another rule keeps, [batch, tokens, dimension]; nil
  /// before the first step. Every gradient path carries it.
  public var velocity: Tensor<Scalar>?
  /// The source of a noisy rule's numbers.
  public var random: RandomStream?
  /// Whatever else a rule keeps, one row an example. The recomputed gradient path does not carry it and refuses such
  /// a rule; the unrolled one differentiates through it.
  public var history: [Tensor<Scalar>] = []

  /// Memory of a descent that has not started.
  public init(velocity: Tensor<Scalar>? = nil, random: RandomStream? = nil) {
    self.velocity = velocity
    self.random = random
  }
}
