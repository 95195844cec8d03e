import Dynamics
public import Energies
import Foundations
public import Layers
public import Tensors

/// The Energy Transformer that classifies graphs.
///
/// A node's token is a linear map of its features plus one of its position, its entries in the first eigenvectors of the
/// graph's Laplacian; each graph has a learned class token, which attends to all of its nodes and they to it. The blocks descend
/// their energies; the class token, normalised, is mapped to the classes.
///
/// Permuting the nodes of a graph changes nothing but rounding, except with a ``LearnedAdjacency``. A graph's logits do not
/// depend on its batch.
///
/// - Source: Hoover et al. 2023, section on graph classification, equations 25 to 27. Parameters as
///   ``GraphEnergyTransformerConfiguration/parameterCount`` counts them.
public struct GraphEnergyTransformer<Scalar: TensorScalar>: Parameterized {
  /// The sizes and the descent.
  public let configuration: GraphEnergyTransformerConfiguration
  /// The encoder of features and positions.
  public var encoder: GraphEncoder<Scalar>
  /// The class token before the encoder's bias is added, [dimension].
  public var classToken: Tensor<Scalar>
  /// The blocks.
  public var stack: BlockStack<Scalar>
  /// The norm of the class token after the last block.
  public var norm: LayerNormLagrangian<Scalar>
  /// The read-out, from tokens to the logits of the classes.
  public var decoder: Linear<Scalar>

  /// A model with random weights.
  public init(_ configuration: GraphEnergyTransformerConfiguration, using random: inout RandomStream) {
    require(
      configuration.blockCount > 0 && configuration.positionCount >= 0 && configuration.noiseDeviation >= 0,
      "\(configuration.blockCount) blocks, \(configuration.positionCount) positions, noise of "
        + "\(configuration.noiseDeviation): expected 1 or more, 0 or more, 0 or more")
    let dimension = configuration.block.dimension
    self.configuration = configuration
    encoder = GraphEncoder(
      featureCount: configuration.featureCount, positionCount: configuration.positionCount,
      dimension: dimension, using: &random)
    classToken = .normal([dimension], standardDeviation: configuration.tokenDeviation, using: &random)
    stack = BlockStack(
      count: configuration.blockCount, configuration.block, learnsAdjacency: configuration.learnsAdjacency,
      using: &random)
    norm = LayerNormLagrangian(dimension: dimension)
    decoder = Linear(
      inputs: dimension, outputs: configuration.classCount, drawnByInputWith: configuration.decoderDeviation,
      using: &random)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("encoder", &encoder)
    visit("classToken", &classToken)
    visit("blocks", &stack)
    visit("norm", &norm)
    visit("decoder", &decoder)
    visit.renamed("decoder.weight", from: "decoder.weights")
  }

  /// The blocks, in the order that tokens pass them.
  public var blocks: [EnergyTransformerBlock<Scalar>] {
    get { stack.blocks }
    set { stack = BlockStack(newValue) }
  }

  /// The tokens that the first block starts from, [1, nodes, dimension].
  ///
  /// - Parameters:
  ///   - input: The graphs, with features and positions of their nodes.
  ///   - signs: The stream that signs of eigenvectors are drawn from in training; nil leaves them as they are.
  public func tokens(
    _ input: GraphEnergyTransformerInput<Scalar>, signs: RandomStream? = nil
  ) -> Tensor<Scalar> {
    let (features, positions) = (configuration.featureCount, configuration.positionCount)
    require(
      input.features.shape[1] == features && input.positions.shape[1] == positions,
      "features of shape \(input.features.shape) and positions of \(input.positions.shape), expected "
        + "[nodes, \(features)] and [nodes, \(positions)]")
    let size = configuration.block.dimension
    let nodes = encoder.encoded(input.features, positions: input.positions(signs: signs))
    return (nodes + input.classColumn * classToken).reshaped([1, input.nodeCount, size])
  }

  /// The logits of every graph, [graphs, classes].
  ///
  /// - Parameters:
  ///   - input: The graphs.
  ///   - random: The stream that the signs of eigenvectors and the Langevin noise are drawn from in training; nil otherwise.
  public func logits(
    _ input: GraphEnergyTransformerInput<Scalar>, training random: RandomStream? = nil
  ) -> Tensor<Scalar> {
    let descent = stack.descend(
      from: start(input, signs: random?.child(0)), over: pairs(of: input), settings: configuration.descent,
      noise: random.map { LangevinNoise(standardDeviation: configuration.noiseDeviation, random: $0) })
    return readOut(descent.tokens.values, input)
  }

  /// Which tokens attend to which: nodes to their neighbours, or weighed pairs of padded graphs.
  func pairs(of input: GraphEnergyTransformerInput<Scalar>) -> TokenPairs<Scalar> {
    configuration.learnsAdjacency ? .joined(input.adjacency) : .neighbours(input.neighbourhoods)
  }

  /// The tokens before the first block: of all graphs side by side, or as a padded batch where pairs are weighed.
  func start(_ input: GraphEnergyTransformerInput<Scalar>, signs: RandomStream?) -> Tokens<Scalar> {
    let all = tokens(input, signs: signs)
    return configuration.learnsAdjacency ? Tokens(input.padded(all), mask: input.mask) : Tokens(all)
  }

  /// The logits that are read of the class tokens among x, [graphs, classes].
  func readOut(
    _ values: Tensor<Scalar>, _ input: GraphEnergyTransformerInput<Scalar>
  ) -> Tensor<Scalar> {
    let (graphs, size) = (input.graphCount, configuration.block.dimension)
    let ofClasses =
      configuration.learnsAdjacency
      ? values.sliced(axis: 1, 0..<1)
      : values.reshaped([input.nodeCount, size]).gathered(input.classTokens, axis: 0)
    let g = norm.activations(at: Tokens(ofClasses.reshaped([graphs, 1, size]))).values
    return decoder(g.reshaped([graphs, size]))
  }
}
