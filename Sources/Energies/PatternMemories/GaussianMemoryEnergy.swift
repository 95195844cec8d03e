import Foundations
public import Tensors

/// The energy of Gaussian kernels about stored pictures, or about stored patches of them.
///
///     E = - 1/beta log sum_mu exp(- beta/2 |g - xi_mu|²)
///
/// With ``Extent/picture`` g is all tokens of an example as one vector, so that what one patch recalls holds for all; tokens
/// that are padding are left out of the distance, so that a picture is recalled from the patches that are known. With
/// ``Extent/token`` each token is compared by itself and energies add up. With 1/beta the variance of added noise, -beta E is
/// the log density of noisy pictures, up to a constant: the empirical diffusion model.
///
/// For patterns of one length it is `PatternMemoryEnergy` less log N / beta. Kernels may overlap; where their reach should end
/// there is `LogSumReLUEnergy`.
///
/// - Shape: activations [batch, tokens, dimension] give [batch].
/// - Source: as a memory, Saha et al. 2023, "End-to-end differentiable clustering with associative memories"; as the density of
///   diffusion, Pham et al. 2025, "Memorization to generalization" (arXiv 2505.21777).
/// - Cost: 2 N D M operations an example.
public struct GaussianMemoryEnergy<Scalar: TensorScalar>: Energy {
  /// What is compared with a stored pattern.
  public enum Extent: Sendable, Equatable {
    /// All tokens of an example together.
    case picture
    /// Each token by itself.
    case token
  }

  /// xi as columns, [tokens * dimension, memories] for pictures, token after token, or [dimension, memories].
  public var memories: Tensor<Scalar>
  /// The inverse of the kernels' variance.
  public let beta: Scalar
  /// What is compared with a stored pattern.
  public let extent: Extent

  /// An energy over the columns of `memories`, of which there is one at least.
  public init(memories: Tensor<Scalar>, beta: Scalar, extent: Extent) {
    require(
      memories.rank == 2 && memories.shape[1] > 0,
      "memories have shape [numbers, memories], not \(memories.shape)")
    checkBeta(beta)
    self.memories = memories
    self.beta = beta
    self.extent = extent
  }

  public var name: String { "memory" }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("memories", &memories)
  }

  public func energy(at g: Activations<Scalar>) -> Tensor<Scalar> {
    let shape = g.values.shape
    let size = extent == .picture ? shape[1] * shape[2] : shape[2]
    require(
      memories.shape[0] == size,
      "memories of shape \(memories.shape) for activations of \(shape), \(size) numbers in each of which is compared"
    )
    guard extent == .picture else {
      let each = energies(
        g.realValues, squares: memories.squared().sum(axes: [0]).reshaped([1, 1, memories.shape[1]]))
      return (g.mask.map { each * $0.tensor() } ?? each).sum(axes: [1])
    }
    let states = g.realValues.reshaped([shape[0], 1, size])
    guard let mask = g.mask else {
      return energies(states, squares: memories.squared().sum(axes: [0]).reshaped([1, 1, memories.shape[1]]))
        .reshaped([shape[0]])
    }
    // Only what is known of a stored picture counts.
    let flags: Tensor<Scalar> = mask.tensor().reshaped([shape[0], shape[1], 1])
    let known = flags.repeated(to: shape).reshaped([shape[0], 1, size])
    let isThere = mask.tensor(Scalar.self).maximum(axis: 1)
    return energies(states, squares: known.projected(by: memories.squared())).reshaped([shape[0]]) * isThere
  }

  /// The energy of each row of [batch, rows, size], squared lengths of the memories being [.., .., memories].
  private func energies(_ states: Tensor<Scalar>, squares: Tensor<Scalar>) -> Tensor<Scalar> {
    let scores = states.projected(by: memories) - squares / 2
    // Beta times a distance from the largest neither overflows nor loses digits.
    let top = scores.detached.maximum(axis: 2, keepingDimensions: true)
    let logSums = ((scores - top) * beta).logSumExp()
    return states.squared().sum(axes: [2]) / 2 - top.reshaped(logSums.shape) - logSums / beta
  }
}
