import Foundations
public import Tensors

/// The energy of a memory whose patterns reach no further than a ball: the log of a sum of Epanechnikov
/// kernels.
///
///     E = sum_B - 1/beta log( epsilon + sum_mu max(0, 1 - beta/2 |g_B - xi_mu|²) )
///
/// A pattern acts within sqrt(2 / beta) of itself; outside all balls the energy is flat. Tokens do not
/// interact.
///
/// - Shape: activations [batch, tokens, dimension] give [batch].
/// - Source: Hoover et al. 2025, "Dense associative memory with Epanechnikov energy".
/// - Cost: 2 N D M operations an example.
public struct LogSumReLUEnergy<Scalar: TensorScalar>: Energy {
  /// The stored patterns as columns, [dimension, memories].
  public var memories: Tensor<Scalar>
  /// The inverse temperature: 2 / radius².
  public let beta: Scalar
  /// What keeps the energy finite outside the balls.
  public let epsilon: Scalar

  /// An energy over the columns of `memories`, [dimension, memories], of which there is one at least.
  public init(memories: Tensor<Scalar>, beta: Scalar, epsilon: Scalar = 1e-6) {
    require(
      memories.rank == 2 && memories.shape[1] > 0,
      "memories have shape [dimension, memories], not \(memories.shape)")
    require(epsilon > 0 && epsilon.isFinite, "epsilon is a positive number, not \(epsilon)")
    checkBeta(beta)
    self.memories = memories
    self.beta = beta
    self.epsilon = epsilon
  }

  public var name: String { "memory" }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("memories", &memories)
  }

  public func energy(at g: Activations<Scalar>) -> Tensor<Scalar> {
    let lengths = g.values.squared().sum(axes: [-1], keepingDimensions: true)
    let lengthsOfMemories = memories.squared().sum(axes: [0]).reshaped([1, 1, memories.shape[1]])
    let distances = lengths + lengthsOfMemories - g.values.projected(by: memories) * 2
    let kernels = (1 - distances * (beta / 2)).relu().sum(axes: [-1])
    let each = (kernels + epsilon).logarithm() / -beta
    return (g.mask.map { each * $0.tensor() } ?? each).sum(axes: [1])
  }
}
