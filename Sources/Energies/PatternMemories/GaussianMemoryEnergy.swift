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
    let compared = compared(g)
    let (scores, top) = scores(compared)
    return energy(compared, top, ((scores - top) * beta).logSumExp(), g)
  }

  /// What is compared with the patterns: the vectors, [batch, rows, size], and 1 for each of their numbers that counts and 0 for
  /// others, [batch or 1, rows or 1, size].
  private struct Compared {
    let states: Tensor<Scalar>, known: Tensor<Scalar>
  }

  private func compared(_ g: Activations<Scalar>) -> Compared {
    let shape = g.values.shape
    let size = extent == .picture ? shape[1] * shape[2] : shape[2]
    require(
      memories.shape[0] == size,
      "memories of \(memories.shape[0]) numbers for activations of shape \(shape), \(size) of which are compared"
    )
    let rows = extent == .picture ? 1 : shape[1]
    guard extent == .picture, let flags = g.maskColumn else {
      return Compared(states: g.realValues.reshaped([shape[0], rows, size]), known: .ones([1, 1, size]))
    }
    return Compared(
      states: g.realValues.reshaped([shape[0], 1, size]),
      known: flags.repeated(to: shape).reshaped([shape[0], 1, size]))
  }

  /// g·xi - ½ |xi|² over what is known, [batch, rows, memories], and the largest of each row.
  private func scores(_ compared: Compared) -> (scores: Tensor<Scalar>, top: Tensor<Scalar>) {
    let squares = compared.known.projected(by: memories.squared())
    let scores = compared.states.projected(by: memories) - squares / 2
    // Beta times a distance from the largest neither overflows nor loses digits.
    return (scores, scores.detached.maximum(axis: 2, keepingDimensions: true))
  }

  /// The energy from the largest score of each row and the log of the sum of what is left of them.
  private func energy(
    _ compared: Compared, _ top: Tensor<Scalar>, _ logSums: Tensor<Scalar>, _ g: Activations<Scalar>
  ) -> Tensor<Scalar> {
    let each = compared.states.squared().sum(axes: [2]) / 2 - top.reshaped(logSums.shape) - logSums / beta
    guard let mask = g.mask else { return each.sum(axes: [1]) }
    let flags = mask.tensor(Scalar.self)
    // A picture of which nothing is known has no energy.
    let isThere = extent == .token ? flags : flags.maximum(axis: 1, keepingDimensions: true)
    return (each * isThere).sum(axes: [1])
  }
}

/// Derivatives in closed form: with p the weights of the patterns and a = u·xi
///
///     dE/dg = g - sum p xi        Hessian u = u - beta sum q xi,   q = p (a - sum p a)
///     <u, dE/dg> by xi:  - p u - beta q (g - xi)
///
/// over what is known, and zero elsewhere.
extension GaussianMemoryEnergy: ClosedFormEnergy {
  public func energyAndGradient(at g: Activations<Scalar>) -> EnergyAndGradient<Scalar> {
    let compared = compared(g)
    let (scores, top) = scores(compared)
    let (weights, logSums) = ((scores - top) * beta).softmaxWithLogSum()
    return EnergyAndGradient(
      energy: EnergyByPart([(name, energy(compared, top, logSums, g))]),
      gradient: like(g, compared.states - weights.projected(by: memories, transposed: true)))
  }

  public func gradientPullback(
    at g: Activations<Scalar>, direction: Tensor<Scalar>
  ) -> GradientPullback<Scalar> {
    let compared = compared(g)
    let (scores, top) = scores(compared)
    let weights = ((scores - top) * beta).softmax()
    let u = g.masking(direction).reshaped(compared.states.shape)
    let tangent = weights.softmaxPullback(u.projected(by: memories))
    let change = u - tangent.projected(by: memories, transposed: true) * beta
    let ofStates = product(u, weights) + product(compared.states, tangent) * beta
    let ofMemories = memories * product(compared.known, tangent) * beta
    return GradientPullback(
      hessianVectorProduct: like(g, change), dependencies: [ofMemories - ofStates])
  }

  /// Vectors as tokens again, zero at padding.
  private func like(_ g: Activations<Scalar>, _ values: Tensor<Scalar>) -> Tensor<Scalar> {
    g.masking(values.reshaped(g.values.shape))
  }

  /// aᵀ b summed over batch and rows, [size, memories]; a repeats to the rows of b.
  private func product(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Tensor<Scalar> {
    let rows = b.shape[0] * b.shape[1]
    return a.repeated(to: [b.shape[0], b.shape[1], a.shape[2]]).reshaped([rows, a.shape[2]])
      .matrixProduct(b.reshaped([rows, b.shape[2]]), transposed: true)
  }
}
