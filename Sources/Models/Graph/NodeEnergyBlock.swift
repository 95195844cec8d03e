public import Dynamics
public import Energies
public import Tensors

/// An energy over all nodes of a graph: attention to neighbours plus memory, of the layer-normalised tokens.
///
///     g = norm(x),  E(g) = E_attention(g) + E_memory(g),  x <- x - alpha dE/dg
///
/// The weights are those of no graph in particular; `energy(over:)` puts them on one.
///
/// - Source: Hoover et al. 2023, section on graphs. 2 H Y D + D M + D + 1 parameters.
public struct NodeEnergyBlock<Scalar: TensorScalar>: Parameterized {
  /// The layer norm, as the activation of a Lagrangian.
  public var norm: LayerNormLagrangian<Scalar>
  /// Wq and Wk, [heads, key size, dimension].
  public var queryWeights: Tensor<Scalar>, keyWeights: Tensor<Scalar>
  /// The memory energy.
  public var memory: HopfieldEnergy<Scalar>

  /// A block with random weights.
  public init(_ configuration: NodeEnergyConfiguration, using random: inout RandomStream) {
    let shape = [configuration.headCount, configuration.keySize, configuration.dimension]
    let deviation = configuration.attentionDeviation
    norm = LayerNormLagrangian(dimension: configuration.dimension)
    queryWeights = .normal(shape, standardDeviation: deviation, using: &random)
    keyWeights = .normal(shape, standardDeviation: deviation, using: &random)
    memory = HopfieldEnergy(
      memories: .normal(
        [configuration.dimension, configuration.memoryCount],
        standardDeviation: configuration.memoryDeviation, using: &random))
  }

  public mutating func visitParameters(_ visit: (_ name: String, _ value: inout Tensor<Scalar>) -> Void) {
    norm.visitParameters(prefix: "norm", visit)
    visit("attention.queryWeights", &queryWeights)
    visit("attention.keyWeights", &keyWeights)
    memory.visitParameters(prefix: "memory", visit)
  }

  /// The attention energy on a graph.
  public func attention(over neighbourhoods: Neighbourhoods) -> NeighbourAttentionEnergy<Scalar> {
    NeighbourAttentionEnergy(
      queryWeights: queryWeights, keyWeights: keyWeights, neighbourhoods: neighbourhoods)
  }

  /// What the block descends on a graph, by part: `attention` and `memory`.
  public func energy(over neighbourhoods: Neighbourhoods) -> EnergySum<Scalar> {
    attention(over: neighbourhoods) + memory
  }

  /// The block's descent on a graph.
  public func descent(
    _ settings: DescentSettings, over neighbourhoods: Neighbourhoods
  ) -> EnergyDescent<EnergySum<Scalar>, LayerNormLagrangian<Scalar>> {
    EnergyDescent(
      of: energy(over: neighbourhoods), lagrangian: norm, stepSize: .constant(settings.stepSize),
      stop: .after(steps: settings.steps), gradientPath: settings.gradientPath)
  }

  /// The shares of the nodes in both energies.
  public func energyByNode(
    at tokens: Tokens<Scalar>, over neighbourhoods: Neighbourhoods
  ) -> NodeEnergies<Scalar> {
    let g = norm.activations(at: tokens)
    return NodeEnergies(
      attention: attention(over: neighbourhoods).energyByNode(at: g).reshaped([neighbourhoods.nodeCount]),
      memory: memory.energyByNode(at: g).reshaped([neighbourhoods.nodeCount]))
  }
}
