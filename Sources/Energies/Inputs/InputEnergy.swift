import Foundations
public import Tensors

/// A force that does not depend on where the tokens are: how an input acts on a descent at every step, and not by the
/// tokens it starts from alone.
///
///     E = - sum_B ⟨b_B, g_B⟩
///
/// Where a descent comes to rest no longer depends on its start, so an input that is to reach that point must be part of the
/// energy: b made from the input by a model, such as an embedded patch with its position. What is then learned flows through
/// b, which is context unless it is a parameter of its own.
///
/// - Shape: b is [dimension], [tokens, dimension] or [batch, tokens, dimension]; activations [batch, tokens, dimension] give
///   [batch].
/// - Source: `BiasSynapse` of hamux, here for each token; as input to a memory, Krotov and Hopfield 2021.
/// - Cost: 2 N D operations an example; nothing in a fused descent.
public struct InputEnergy<Scalar: TensorScalar>: Energy {
  /// b.
  public var input: Tensor<Scalar>
  /// Whether b is a parameter; otherwise it is context, which a model has computed.
  public let isLearned: Bool

  /// A force of a shape that repeats to [batch, tokens, dimension].
  public init(_ input: Tensor<Scalar>, isLearned: Bool = false) {
    require(
      (1...3).contains(input.rank),
      "an input has shape [dimension], [tokens, dimension] or [batch, tokens, dimension], not \(input.shape)")
    self.input = input
    self.isLearned = isLearned
  }

  public var name: String { "input" }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    if isLearned { visit("input", &input) }
  }

  public mutating func visitContext(_ visit: ParameterVisitor<Scalar>) {
    if !isLearned { visit("input", &input) }
  }

  public func energy(at g: Activations<Scalar>) -> Tensor<Scalar> {
    requireFit(g)
    return -(g.realValues * input).sum(axes: [1, 2])
  }

  /// Whether b repeats to a shape [batch, tokens, dimension].
  func fits(_ shape: [Int]) -> Bool {
    let own = fullShape
    return own[2] == shape[2] && (0..<2).allSatisfy { own[$0] == shape[$0] || own[$0] == 1 }
  }

  /// The shape of b with the axes that it leaves out, of size 1.
  var fullShape: [Int] { [Int](repeating: 1, count: 3 - input.rank) + input.shape }

  private func requireFit(_ g: Activations<Scalar>) {
    require(fits(g.values.shape), "an input of shape \(input.shape) for activations of \(g.values.shape)")
  }
}

/// The gradient is -b wherever the tokens are, and there is no second derivative.
extension InputEnergy: ClosedFormEnergy {
  public func energyAndGradient(at g: Activations<Scalar>) -> EnergyAndGradient<Scalar> {
    EnergyAndGradient(
      energy: energyByPart(at: g), gradient: -g.masking(input.repeated(to: g.values.shape)))
  }

  public func gradientPullback(
    at g: Activations<Scalar>, direction: Tensor<Scalar>
  ) -> GradientPullback<Scalar> {
    GradientPullback(
      hessianVectorProduct: .zeros(g.values.shape),
      dependencies: [-g.masking(direction).summed(to: input.shape)])
  }
}
