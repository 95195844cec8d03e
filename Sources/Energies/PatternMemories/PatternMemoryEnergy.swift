import Foundations
public import Tensors

/// The energy of a modern continuous Hopfield network: each token is drawn to a mixture of stored patterns
/// xi.
///
///     E = sum_B  - Omega*(beta g_B·xi) / beta + ½ |g_B|² + (largest entropy) / beta + ½ M²
///     M = max_mu |xi_mu|
///
/// With softmax Omega* is log sum exp and the largest entropy log N: the published energy. The two constants
/// make 0 <= E <= ½ (M + |g|)² for each token, whatever the weighting. A gradient step of size 1 is the
/// update g <- sum_mu p_mu xi_mu. Tokens do not interact. Where squares or overlaps g·xi leave the numbers of
/// `Scalar` the energy is infinite or NaN; beta times an overlap may leave them.
///
/// - Shape: activations [batch, tokens, dimension] give [batch].
/// - Source: Ramsauer et al. 2020; Hu et al. 2023 and Santos et al. 2024 for sparse weights.
/// - Cost: 2 N D M operations an example.
public struct PatternMemoryEnergy<Scalar: TensorScalar>: Energy {
  /// The stored patterns as columns, [dimension, memories].
  public var memories: Tensor<Scalar>
  /// The inverse temperature.
  public let beta: Scalar
  /// How scores become weights.
  public let weighting: MemoryWeighting

  /// An energy over the columns of `memories`, [dimension, memories], of which there is one at least.
  public init(memories: Tensor<Scalar>, beta: Scalar, weighting: MemoryWeighting = .softmax) {
    require(
      memories.rank == 2 && memories.shape[1] > 0,
      "memories have shape [dimension, memories], not \(memories.shape)")
    checkBeta(beta)
    self.memories = memories
    self.beta = beta
    self.weighting = weighting
  }

  public var name: String { "memory" }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("memories", &memories)
  }

  public func energy(at g: Activations<Scalar>) -> Tensor<Scalar> {
    let overlaps = g.values.projected(by: memories)
    // Omega*(z + c) = Omega*(z) + c: beta times a distance from the largest neither overflows nor loses digits.
    let top = overlaps.detached.maximum(axis: 2, keepingDimensions: true)
    let conjugates = weighting.conjugate((overlaps - top) * beta)
    let lengths = g.values.squared().sum(axes: [-1])
    let longest = memories.squared().sum(axes: [0]).maximum(axis: 0, keepingDimensions: true)
    let entropy = Scalar(weighting.largestEntropy(of: memories.shape[1]))
    let each =
      (lengths + longest.reshaped([1, 1])) * 0.5 - top.reshaped(lengths.shape) - (conjugates - entropy) / beta
    return (g.mask.map { each * $0.tensor() } ?? each).sum(axes: [1])
  }
}
