public import Dynamics
public import Energies
import Foundations
public import Tensors

/// A transformer block that is one energy over all tokens: attention plus memory, of the layer-normalised tokens.
///
///     g = norm(x),  E(g) = E_attention(g) + E_memory(g),  x <- x - alpha dE/dg
///
/// The weights do not depend on which tokens are paired: `energy(over:)` applies them to all pairs, or to those of a graph.
///
/// - Source: Hoover et al. 2023; on graphs equations 25 to 27. 2 H Y D + D M + D + 1 parameters, H more where beta is
///   learned, 10 H more with a ``LearnedAdjacency``, and those of `LearnedSteps`.
public struct EnergyTransformerBlock<Scalar: TensorScalar>: Parameterized {
  /// The layer norm, as the activation of a Lagrangian.
  public var norm: LayerNormLagrangian<Scalar>
  /// The weights of attention.
  public var attention: AttentionWeights<Scalar>
  /// The memory energy.
  public var memory: HopfieldEnergy<Scalar>
  /// Whether a token attends to itself where it attends to all.
  public var includesSelf: Bool
  /// The learned weights of the pairs of padded graphs, where the block has them.
  public var adjacency: LearnedAdjacency<Scalar>?
  /// What is learned of the steps of the descent, where the block learns it.
  public var steps: LearnedSteps<Scalar>?

  /// A block of parts that agree on the size of a token.
  public init(
    norm: LayerNormLagrangian<Scalar>, attention: AttentionWeights<Scalar>, memory: HopfieldEnergy<Scalar>,
    includesSelf: Bool = true, adjacency: LearnedAdjacency<Scalar>? = nil,
    steps: LearnedSteps<Scalar>? = nil
  ) {
    require(
      norm.delta.count == attention.dimension && attention.dimension == memory.dimension,
      "a norm of \(norm.delta.shape), attention of \(attention.queryWeights.shape) and memories of "
        + "\(memory.memories.shape) do not share a token size")
    self.norm = norm
    self.attention = attention
    self.memory = memory
    self.includesSelf = includesSelf
    self.adjacency = adjacency
    self.steps = steps
  }

  /// A block of energies that agree on the size of a token.
  public init(
    norm: LayerNormLagrangian<Scalar>, attention: AttentionEnergy<Scalar>, memory: HopfieldEnergy<Scalar>
  ) {
    self.init(
      norm: norm, attention: AttentionWeights(of: attention), memory: memory,
      includesSelf: attention.includesSelf)
  }

  /// A block with random weights.
  public init(
    _ configuration: EnergyTransformerConfiguration, learnsAdjacency: Bool = false,
    using random: inout RandomStream
  ) {
    self.init(
      norm: LayerNormLagrangian(dimension: configuration.dimension),
      attention: configuration.attention(using: &random),
      memory: HopfieldEnergy(
        memories: .normal(
          [configuration.dimension, configuration.memoryCount],
          standardDeviation: configuration.memoryDeviation, using: &random)),
      includesSelf: configuration.includesSelf,
      steps: LearnedSteps(
        configuration.learnedSteps, dimension: configuration.dimension,
        steps: configuration.learnedStepCount))
    if learnsAdjacency {
      adjacency = LearnedAdjacency(
        dimension: configuration.dimension, headCount: configuration.headCount, using: &random)
    }
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("norm", &norm)
    visit("attention", &attention)
    visit("memory", &memory)
    visit("adjacency", &adjacency)
    visit("steps", &steps)
  }

  /// The energy over all pairs of tokens, by part: `attention` and `memory`.
  public var energy: EnergySum<Scalar> { energy(over: .all()) }

  /// The energy over some pairs of tokens, by part: `attention` and `memory`.
  ///
  /// - Parameters:
  ///   - pairs: The pairs of tokens that attend to each other.
  ///   - tokens: Where the descent starts, for `.joined` pairs, whose weights are made of them.
  public func energy(
    over pairs: TokenPairs<Scalar>, from tokens: Tokens<Scalar>? = nil
  ) -> EnergySum<Scalar> {
    require(
      adjacency == nil || pairs.areJoined, "a block with a learned adjacency weighs pairs of padded graphs")
    switch pairs {
    case .all(let bias): return attention.energy(bias: bias, includesSelf: includesSelf) + memory
    case .neighbours(let neighbourhoods): return attention.energy(over: neighbourhoods) + memory
    case .causal:
      return attention.causalEnergy(includesSelf: includesSelf) + memory
    case .joined(let joined):
      guard let adjacency, let tokens else {
        fatalError(
          "joined pairs need a block with a learned adjacency, and the tokens that the descent starts from")
      }
      let weights = adjacency.weights(of: tokens.values, adjacency: joined)
      return attention.energy(bias: .multiplicative(weights)) + memory
    }
  }

  /// The block's descent from some tokens.
  ///
  /// - Parameters:
  ///   - settings: Steps, step size and gradient path.
  ///   - pairs: Which tokens attend to which.
  ///   - tokens: Where the descent starts, for `.joined` pairs and for settings with a strength of the input.
  public func descent(
    _ settings: DescentSettings, over pairs: TokenPairs<Scalar> = .all(), from tokens: Tokens<Scalar>? = nil
  ) -> EnergyDescent<EnergySum<Scalar>, LayerNormLagrangian<Scalar>> {
    var energy = energy(over: pairs, from: tokens)
    if settings.inputStrength != 0 {
      guard let tokens else { fatalError("the input of a descent is the tokens that it starts from: from") }
      energy = energy + InputEnergy(tokens.values * Scalar(settings.inputStrength))
    }
    var descent = EnergyDescent(
      of: energy, lagrangian: norm, stepSize: .constant(settings.stepSize),
      stop: settings.restTolerance.map { .any([.after(steps: settings.steps), .rest(below: $0)]) }
        ?? .after(steps: settings.steps),
      gradientPath: settings.gradientPath)
    descent.direction = settings.direction
    descent.learnedSteps = steps
    return descent
  }

  /// The shares of the nodes of one graph in both energies, at tokens [1, nodes, dimension].
  public func energyByNode(
    at tokens: Tokens<Scalar>, over neighbourhoods: Neighbourhoods
  ) -> NodeEnergies<Scalar> {
    let g = norm.activations(at: tokens)
    let ofAttention = attention.energy(over: neighbourhoods).energyByNode(at: g)
    return NodeEnergies(
      attention: ofAttention.reshaped([neighbourhoods.nodeCount]),
      memory: memory.energyByNode(at: g).reshaped([neighbourhoods.nodeCount]))
  }
}

/// Which tokens attend to which.
public enum TokenPairs<Scalar: TensorScalar>: Sendable {
  /// Every token to all tokens of its example, with a bias for each pair where there is one.
  case all(bias: AttentionBias<Scalar>? = nil)
  /// Each node to its neighbours in a graph.
  case neighbours(Neighbourhoods)
  /// Each token to the tokens before it, and to itself where the block includes that: each descends its own energy while its
  /// context is held (`TokenwiseEnergy`), so that no token learns of a later one.
  case causal
  /// Each node to those joined to it, weighed by the block's ``LearnedAdjacency``: the adjacency of padded graphs, 1 for
  /// joined pairs and 0 for others, [graphs, 1, nodes, nodes].
  case joined(Tensor<Scalar>)

  var areJoined: Bool { if case .joined = self { true } else { false } }
}

/// The contribution of each node to the energy of a graph, by part; low where it agrees with neighbours and memories.
public struct NodeEnergies<Scalar: TensorScalar>: Sendable {
  /// - sum_h 1/beta log sum exp over the node's neighbours, [nodes].
  public let attention: Tensor<Scalar>
  /// - sum of G over the memories, [nodes].
  public let memory: Tensor<Scalar>

  /// Both together, [nodes].
  public var total: Tensor<Scalar> { attention + memory }
}

extension EnergyTransformerConfiguration {
  /// The number of parameters of a block: 2 H Y D, or H D² in the bilinear form, and D M + D + 1, H more where beta is learned,
  /// 10 H more with a learned adjacency, and what is learned of the steps.
  func parameterCountOfBlock(learnsAdjacency: Bool = false) -> Int {
    let ofAttention =
      usesBilinearAttention ? headCount * dimension * dimension : 2 * headCount * keySize * dimension
    let others = (learnsBeta ? headCount : 0) + (learnsAdjacency ? 10 * headCount : 0)
    return ofAttention + dimension * memoryCount + dimension + 1 + others + learnedParameterCountOfSteps
  }

  private var learnedParameterCountOfSteps: Int {
    switch learnedSteps {
    case .constant: 0
    case .perStep: max(1, learnedStepCount)
    case .diagonal: dimension
    case .positiveDefinite, .free: dimension * dimension
    }
  }

  fileprivate func attention<Scalar>(using random: inout RandomStream) -> AttentionWeights<Scalar> {
    guard usesBilinearAttention else {
      return AttentionWeights(
        headCount: headCount, keySize: keySize, dimension: dimension, standardDeviation: attentionDeviation,
        learnsBeta: learnsBeta, using: &random)
    }
    require(!learnsBeta, "the matrices of a bilinear form take the place of a learned beta")
    return AttentionWeights(
      bilinear: .normal(
        [headCount, dimension, dimension], standardDeviation: attentionDeviation, using: &random))
  }
}
