import Dynamics
public import Energies
public import Tensors

/// A block of a ``GraphEnergyTransformer``: attention along the edges plus memory, of the layer-normalised tokens.
///
///     g = norm(x),  E(g) = E_attention(g) + E_memory(g),  x <- x - alpha dE/dg + sqrt(alpha) n
///
/// n is the Langevin noise of training. Attention goes over the pairs of a sparse graph, or over padded graphs with a
/// ``LearnedAdjacency``.
///
/// - Source: Hoover et al. 2023, equations 25 to 27. 2 H Y D + D M + D + 1 parameters, 10 H more with the adjacency.
public struct GraphEnergyTransformerBlock<Scalar: TensorScalar>: Parameterized {
  /// The layer norm, as the activation of a Lagrangian.
  public var norm: LayerNormLagrangian<Scalar>
  /// Wq, [heads, key size, dimension].
  public var queryWeights: Tensor<Scalar>
  /// Wk, [heads, key size, dimension].
  public var keyWeights: Tensor<Scalar>
  /// The inverse temperature of each head, [heads], and whether it is learned.
  public var beta: Tensor<Scalar>, learnsBeta: Bool
  /// The memory energy.
  public var memory: HopfieldEnergy<Scalar>
  /// The learned weights of pairs, where the block has them.
  public var adjacency: LearnedAdjacency<Scalar>?

  /// A block with random weights.
  public init(
    _ configuration: EnergyTransformerConfiguration, learnsAdjacency: Bool, using random: inout RandomStream
  ) {
    let shape = [configuration.headCount, configuration.keySize, configuration.dimension]
    let deviation = configuration.attentionDeviation
    norm = LayerNormLagrangian(dimension: configuration.dimension)
    queryWeights = .normal(shape, standardDeviation: deviation, using: &random)
    keyWeights = .normal(shape, standardDeviation: deviation, using: &random)
    beta = Tensor(repeating: 1 / Scalar(configuration.keySize).squareRoot(), shape: [configuration.headCount])
    learnsBeta = configuration.learnsBeta
    memory = HopfieldEnergy(
      memories: .normal(
        [configuration.dimension, configuration.memoryCount],
        standardDeviation: configuration.memoryDeviation, using: &random))
    if learnsAdjacency {
      adjacency = LearnedAdjacency(
        dimension: configuration.dimension, headCount: configuration.headCount, using: &random)
    }
  }

  public mutating func visitParameters(_ visit: (_ name: String, _ value: inout Tensor<Scalar>) -> Void) {
    norm.visitParameters(prefix: "norm", visit)
    visit("attention.queryWeights", &queryWeights)
    visit("attention.keyWeights", &keyWeights)
    if learnsBeta { visit("attention.beta", &beta) }
    memory.visitParameters(prefix: "memory", visit)
    adjacency?.visitParameters(prefix: "adjacency", visit)
  }

  /// Attention over the neighbours of each node.
  public func attention(over neighbourhoods: Neighbourhoods) -> NeighbourAttentionEnergy<Scalar> {
    NeighbourAttentionEnergy(
      queryWeights: queryWeights, keyWeights: keyWeights, neighbourhoods: neighbourhoods, beta: beta,
      learnsBeta: learnsBeta)
  }

  /// What the block descends from some tokens, by part: `attention` and `memory`.
  ///
  /// - Parameters:
  ///   - tokens: Where the descent starts, [1, nodes, dimension], or [graphs, largest, dimension] with an adjacency.
  ///   - input: The graphs.
  func energy(from tokens: Tokens<Scalar>, _ input: GraphEnergyTransformerInput<Scalar>) -> EnergySum<Scalar>
  {
    guard let adjacency else { return attention(over: input.neighbourhoods) + memory }
    let weights = adjacency.weights(of: tokens.values, adjacency: input.adjacency)
    let attention = AttentionEnergy(
      queryWeights: queryWeights, keyWeights: keyWeights, beta: beta, learnsBeta: learnsBeta,
      bias: .multiplicative(weights))
    return attention + memory
  }

  /// The block's descent of an energy.
  func descent(
    of energy: EnergySum<Scalar>, _ settings: DescentSettings
  ) -> EnergyDescent<EnergySum<Scalar>, LayerNormLagrangian<Scalar>> {
    EnergyDescent(
      of: energy, lagrangian: norm, stepSize: .constant(settings.stepSize),
      stop: .after(steps: settings.steps), gradientPath: settings.gradientPath)
  }

  /// The tokens after the descent with Langevin noise, as the update rule `.noisy` gives them.
  ///
  /// The noise depends on neither tokens nor weights, so it can be added behind steps that fused kernels take.
  func noisyDescent(
    from start: Tokens<Scalar>, of energy: EnergySum<Scalar>, _ settings: DescentSettings, deviation: Double,
    random stream: RandomStream
  ) -> Tokens<Scalar> {
    var random = stream
    var single = settings
    single.steps = 1
    let step = descent(of: energy, single)
    let mask = start.mask.map { mask in mask.tensor(Scalar.self).reshaped([mask.batch, mask.tokenCount, 1]) }
    return (0..<settings.steps).reduce(start) { tokens, _ in
      let scale = settings.stepSize.squareRoot() * deviation
      let noise = Self.noise(tokens.values.shape, standardDeviation: scale, using: &random)
      let moved = step.run(from: tokens).tokens.values
      return Tokens(moved + (mask.map { noise * $0 } ?? noise), mask: tokens.mask)
    }
  }

  /// `Tensor.normal`, the same numbers without the detour over an array.
  @_specialize(where Scalar == Float)
  private static func noise(
    _ shape: [Int], standardDeviation: Double, using random: inout RandomStream
  ) -> Tensor<Scalar> {
    let count = shape.reduce(1, *)
    return Tensor(shape: shape) { out in
      for place in 0..<count { out[place] = Scalar(random.normal() * standardDeviation) }
    }
  }
}
