public import Dynamics
public import Energies
public import Tensors

/// A transformer block that is one energy over all tokens: attention plus memory, of the layer-normalised tokens.
///
///     g = norm(x),  E(g) = E_attention(g) + E_memory(g),  x <- x - alpha dE/dg
///
/// - Source: Hoover et al. 2023. 2 H Y D + D M + D + 1 parameters.
public struct EnergyTransformerBlock<Scalar: TensorScalar>: Parameterized {
  /// The layer norm, as the activation of a Lagrangian.
  public var norm: LayerNormLagrangian<Scalar>
  /// The attention energy.
  public var attention: AttentionEnergy<Scalar>
  /// The memory energy.
  public var memory: HopfieldEnergy<Scalar>

  /// A block of parts that agree on the size of a token.
  public init(
    norm: LayerNormLagrangian<Scalar>, attention: AttentionEnergy<Scalar>, memory: HopfieldEnergy<Scalar>
  ) {
    require(
      norm.delta.count == attention.dimension && attention.dimension == memory.dimension,
      "a norm of \(norm.delta.shape), attention of \(attention.queryWeights.shape) and memories of "
        + "\(memory.memories.shape) do not share a token size")
    self.norm = norm
    self.attention = attention
    self.memory = memory
  }

  /// A block with random weights.
  public init(_ configuration: EnergyTransformerConfiguration, using random: inout RandomStream) {
    let shape = [configuration.headCount, configuration.keySize, configuration.dimension]
    let deviation = configuration.attentionDeviation
    self.init(
      norm: LayerNormLagrangian(dimension: configuration.dimension),
      attention: AttentionEnergy(
        queryWeights: .normal(shape, standardDeviation: deviation, using: &random),
        keyWeights: .normal(shape, standardDeviation: deviation, using: &random),
        learnsBeta: configuration.learnsBeta, includesSelf: configuration.includesSelf),
      memory: HopfieldEnergy(
        memories: .normal(
          [configuration.dimension, configuration.memoryCount],
          standardDeviation: configuration.memoryDeviation, using: &random)))
  }

  public mutating func visitParameters(_ visit: (_ name: String, _ value: inout Tensor<Scalar>) -> Void) {
    norm.visitParameters(prefix: "norm", visit)
    attention.visitParameters(prefix: "attention", visit)
    memory.visitParameters(prefix: "memory", visit)
  }

  /// What the block descends, by part: `attention` and `memory`.
  public var energy: EnergySum<Scalar> { attention + memory }

  /// The block's descent.
  public func descent(
    _ settings: DescentSettings
  ) -> EnergyDescent<EnergySum<Scalar>, LayerNormLagrangian<Scalar>> {
    EnergyDescent(
      of: energy, lagrangian: norm, stepSize: .constant(settings.stepSize),
      stop: .after(steps: settings.steps), gradientPath: settings.gradientPath)
  }
}
