import Foundations
public import Tensors

/// The attention energy of Hyper-SET: tokens repel each other on spheres, one for each head.
///
///     E = + sum_h 1/beta_h sum_C log sum_B exp(beta_h z_hB · z_hC),   z = sqrt(Y) W g / |W g|
///
/// The sign is opposite to that of the Energy Transformer: descending it spreads tokens over the sphere. One projection serves
/// queries and keys, so that scores are symmetric. A token that is padding repels nothing.
///
/// This is the gradient of the energy as it stands. The published layer leaves out the derivative of the normalisation, so that
/// its steps are those of this energy only to the part along the sphere and up to a factor for each token.
///
/// - Shape: activations [batch, tokens, dimension] give [batch].
/// - Source: Hu et al. 2025, "Hyper-SET" (arXiv 2502.11646) and its published code, `get_energy_attention`: beta = 1 / sqrt(Y).
/// - Cost: 2 N D H Y + 2 H N² Y operations an example.
public struct HypersphericalAttentionEnergy<Scalar: TensorScalar>: Energy {
  /// W, [heads, key size, dimension].
  public var weights: Tensor<Scalar>
  /// The inverse temperature of each head, [heads].
  public let beta: Tensor<Scalar>
  /// Whether tokens repel each other, as published; otherwise they attract, as those of the Energy Transformer do.
  public let isRepulsive: Bool
  /// Added to the mean square of a projection.
  public let epsilon: Scalar

  /// An energy of given weights; beta is 1 / sqrt(key size) when nil.
  public init(
    weights: Tensor<Scalar>, beta: Tensor<Scalar>? = nil, isRepulsive: Bool = true,
    epsilon: Scalar = .ulpOfOne
  ) {
    require(
      weights.rank == 3 && weights.count > 0,
      "W has shape [heads, key size, dimension], not \(weights.shape)")
    require(epsilon > 0 && epsilon.isFinite, "epsilon is a positive number, not \(epsilon)")
    self.weights = weights
    self.isRepulsive = isRepulsive
    self.epsilon = epsilon
    let heads = weights.shape[0]
    self.beta = beta ?? Tensor(repeating: 1 / Scalar(weights.shape[1]).squareRoot(), shape: [heads])
    checkBetas(self.beta, heads: heads)
  }

  public var name: String { isRepulsive ? "repulsion" : "attention" }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) { visit("weights", &weights) }

  public func energy(at g: Activations<Scalar>) -> Tensor<Scalar> {
    let (heads, size) = (weights.shape[0], weights.shape[1])
    let rows = weights.reshaped([heads * size, weights.shape[2]])
    let z = g.realValues.projected(by: rows, transposed: true)
      .onSpheres(radius: Scalar(size).squareRoot(), size: size, epsilon: epsilon)
    let unit = scoreUnit(of: beta)
    let share = beta * unit
    var scores = z.headScores(z, headCount: heads) * share.reshaped([1, heads, 1, 1])
    if let blocked = g.blockedKeys { scores = scores + blocked }
    let logSums = scores.logSumExp(scale: 1 / unit) / share.reshaped([1, heads, 1])
    let energy = g.sumOfQueries(logSums)
    return isRepulsive ? energy : -energy
  }
}

/// The memory energy of Hyper-SET: tokens are drawn to directions, and only their alignment counts.
///
///     E = - ½ sum_B |relu(a_B)|²,   a = sqrt(M) xiᵀ g / |xiᵀ g|
///
/// The energy is bounded: at least -M/2 a token. Tokens do not interact.
///
/// - Shape: activations [batch, tokens, dimension] give [batch].
/// - Source: Hu et al. 2025, "Hyper-SET" (arXiv 2502.11646) and its published code, `get_energy_ff`.
/// - Cost: 2 N D M operations an example.
public struct HypersphericalMemoryEnergy<Scalar: TensorScalar>: Energy {
  /// The directions as columns, [dimension, memories].
  public var memories: Tensor<Scalar>
  /// Added to the mean square of a token's overlaps.
  public let epsilon: Scalar

  /// An energy over the columns of `memories`, [dimension, memories], of which there is one at least.
  public init(memories: Tensor<Scalar>, epsilon: Scalar = .ulpOfOne) {
    require(
      memories.rank == 2 && memories.shape[1] > 0,
      "memories have shape [dimension, memories], not \(memories.shape)")
    require(epsilon > 0 && epsilon.isFinite, "epsilon is a positive number, not \(epsilon)")
    self.memories = memories
    self.epsilon = epsilon
  }

  public var name: String { "memory" }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) { visit("memories", &memories) }

  public func energy(at g: Activations<Scalar>) -> Tensor<Scalar> {
    let count = memories.shape[1]
    let overlaps = g.realValues.projected(by: memories)
      .onSpheres(radius: Scalar(count).squareRoot(), size: count, epsilon: epsilon)
    return overlaps.reluPower(2).sum(axes: [1, 2]) / -2
  }
}

extension Tensor {
  /// Neighbouring blocks of the last axis, `size` numbers each, brought to a length; those of zeros stay zeros.
  ///
  /// - Parameter epsilon: Added to the mean square of a block.
  func onSpheres(radius: Scalar, size: Int, epsilon: Scalar) -> Tensor {
    let sphere = SphericalNormLagrangian(
      gamma: Tensor(radius), delta: .zeros([size]), epsilon: epsilon * Scalar(size))
    let blocks = reshaped([shape[0], shape[1] * shape[2] / size, size])
    return sphere.activations(at: Tokens(blocks)).values.reshaped(shape)
  }
}
