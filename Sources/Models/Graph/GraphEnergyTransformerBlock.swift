public import Dynamics
public import Energies
public import Tensors

/// A block over the nodes of a graph: attention along the edges plus memory, of the layer-normalised tokens.
///
///     g = norm(x),  E(g) = E_attention(g) + E_memory(g),  x <- x - alpha dE/dg
///
/// The weights are those of no graph in particular: `energy(over:)` puts them on the pairs of one. A block with a
/// ``LearnedAdjacency`` weighs pairs of padded graphs instead.
///
/// - Source: Hoover et al. 2023, equations 25 to 27.
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
    _ configuration: EnergyTransformerConfiguration, learnsAdjacency: Bool = false,
    using random: inout RandomStream
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

  /// A block of the sizes of node models, with random weights.
  public init(_ configuration: NodeEnergyConfiguration, using random: inout RandomStream) {
    self.init(configuration.block, using: &random)
  }

  public mutating func visitParameters(_ visit: (_ name: String, _ value: inout Tensor<Scalar>) -> Void) {
    norm.visitParameters(prefix: "norm", visit)
    visit("attention.queryWeights", &queryWeights)
    visit("attention.keyWeights", &keyWeights)
    if learnsBeta { visit("attention.beta", &beta) }
    memory.visitParameters(prefix: "memory", visit)
    adjacency?.visitParameters(prefix: "adjacency", visit)
  }

  /// Attention of each node to the neighbours that it has on a graph.
  public func attention(over neighbourhoods: Neighbourhoods) -> NeighbourAttentionEnergy<Scalar> {
    NeighbourAttentionEnergy(
      queryWeights: queryWeights, keyWeights: keyWeights, neighbourhoods: neighbourhoods, beta: beta,
      learnsBeta: learnsBeta)
  }

  /// What a block without a learned adjacency descends on a graph, by part: `attention` and `memory`.
  public func energy(over neighbourhoods: Neighbourhoods) -> EnergySum<Scalar> {
    require(adjacency == nil, "a block with a learned adjacency weighs pairs of padded graphs")
    return attention(over: neighbourhoods) + memory
  }

  /// What the block descends from some tokens, by part: `attention` and `memory`.
  ///
  /// - Parameters:
  ///   - tokens: Where the descent starts, [1, nodes, dimension], or [graphs, largest, dimension] with an adjacency.
  ///   - input: The graphs.
  func energy(from tokens: Tokens<Scalar>, _ input: GraphEnergyTransformerInput<Scalar>) -> EnergySum<Scalar>
  {
    guard let adjacency else { return energy(over: input.neighbourhoods) }
    let weights = adjacency.weights(of: tokens.values, adjacency: input.adjacency)
    let attention = AttentionEnergy(
      queryWeights: queryWeights, keyWeights: keyWeights, beta: beta, learnsBeta: learnsBeta,
      bias: .multiplicative(weights))
    return attention + memory
  }

  /// The block's descent of an energy of its own.
  func descent(
    of energy: EnergySum<Scalar>, _ settings: DescentSettings
  ) -> EnergyDescent<EnergySum<Scalar>, LayerNormLagrangian<Scalar>> {
    EnergyDescent(
      of: energy, lagrangian: norm, stepSize: .constant(settings.stepSize),
      stop: .after(steps: settings.steps), gradientPath: settings.gradientPath)
  }

  /// The block's descent on a graph.
  public func descent(
    _ settings: DescentSettings, over neighbourhoods: Neighbourhoods
  ) -> EnergyDescent<EnergySum<Scalar>, LayerNormLagrangian<Scalar>> {
    descent(of: energy(over: neighbourhoods), settings)
  }

  /// The shares of the nodes of one graph in both energies, at tokens [1, nodes, dimension].
  public func energyByNode(
    at tokens: Tokens<Scalar>, over neighbourhoods: Neighbourhoods
  ) -> NodeEnergies<Scalar> {
    let g = norm.activations(at: tokens)
    return NodeEnergies(
      attention: attention(over: neighbourhoods).energyByNode(at: g).reshaped([neighbourhoods.nodeCount]),
      memory: memory.energyByNode(at: g).reshaped([neighbourhoods.nodeCount]))
  }
}

extension EnergyTransformerConfiguration {
  /// The learned numbers of a ``GraphEnergyTransformerBlock``: 2 H Y D + D M + D + 1, H more where beta is learned, and
  /// 10 H more with a learned adjacency.
  func parameterCountOfBlock(learnsAdjacency: Bool = false) -> Int {
    let energies = 2 * headCount * keySize * dimension + dimension * memoryCount
    return energies + dimension + 1 + (learnsBeta ? headCount : 0) + (learnsAdjacency ? 10 * headCount : 0)
  }
}
