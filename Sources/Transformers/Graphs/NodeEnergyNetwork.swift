public import Dynamics
import Energies
import Foundations
import Layers
public import Tensors

/// The nodes of a graph as the tokens of one example, descending the energies of blocks: what the node models share.
///
/// - Cost: A step takes 4 N D H Y + 4 N D M operations, and 8 H Y per pair.
public struct NodeEnergyNetwork<Scalar: TensorScalar>: Parameterized {
  /// The sizes, and how blocks descend.
  public let configuration: NodeEnergyConfiguration
  /// The map of features and positions to tokens.
  public var encoder: GraphEncoder<Scalar>
  /// The blocks.
  public var stack: BlockStack<Scalar>

  /// A network with random weights.
  public init(_ configuration: NodeEnergyConfiguration, using random: inout RandomStream) {
    require(
      configuration.noiseDeviation >= 0 && configuration.noiseDeviation.isFinite,
      "noise is a finite number of at least 0, not \(configuration.noiseDeviation)")
    self.configuration = configuration
    encoder = GraphEncoder(
      featureCount: configuration.featureCount, positionCount: configuration.positionCount,
      dimension: configuration.dimension, using: &random)
    stack = BlockStack(count: configuration.blockCount, configuration.block, using: &random)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("encoder", &encoder)
    visit("blocks", &stack)
  }

  /// The blocks, in the order that tokens pass them.
  public var blocks: [EnergyTransformerBlock<Scalar>] {
    get { stack.blocks }
    set { stack = BlockStack(newValue) }
  }

  /// The tokens of nodes, [1, nodes, dimension].
  ///
  /// - Parameters:
  ///   - features: [nodes, features].
  ///   - random: The stream that the signs of positions are drawn from in training; nil leaves them as they are.
  ///   - replaced: The token that stands for the features of some nodes, [1, dimension], and 1 for each such node,
  ///     [nodes, 1].
  func tokens(
    _ features: Tensor<Scalar>, on graph: NodeEnergyGraph<Scalar>, training random: RandomStream?,
    replaced: (by: Tensor<Scalar>, where: Tensor<Scalar>)? = nil
  ) -> Tokens<Scalar> {
    let nodes = graph.nodeCount
    require(
      features.shape == [nodes, configuration.featureCount],
      "features of shape \(features.shape), expected [\(nodes), \(configuration.featureCount)]")
    let positions = graph.scaledPositions(random?.child(0))
    var encoded: Tensor<Scalar>
    if let replaced {
      // Features of replaced nodes are taken out before the encoder: it never sees them.
      let visible = features * (1 - replaced.where)
      encoded = encoder.encoded(visible, positions: positions)
      let difference = encoder.features.bias.map { replaced.by - $0 } ?? replaced.by
      encoded = encoded + difference * replaced.where
    } else {
      encoded = encoder.encoded(features, positions: positions)
    }
    return Tokens(encoded.reshaped([1, nodes, configuration.dimension]))
  }

  /// The descents of all blocks, one after the other, with the activations after the very first step, which the read-out
  /// needs.
  ///
  /// - Parameter random: The stream that noise is drawn from in training; nil adds none.
  func descend(
    from tokens: Tokens<Scalar>, on graph: NodeEnergyGraph<Scalar>, training random: RandomStream?
  ) -> StackDescent<Scalar> {
    let descent = stack.descend(
      from: tokens, over: .neighbours(graph.neighbourhoods), settings: configuration.descent,
      noise: random.map { .inPieces(standardDeviation: configuration.noiseDeviation, random: $0.child(1)) },
      keepsFirstStep: true)
    if let reason = descent.stopReason { require(reason.isFinite, "a descent of nodes: \(reason)") }
    return descent
  }

  /// x after the last step, [nodes, dimension].
  ///
  /// - Parameter random: The stream that noise and the signs of positions are drawn from in training.
  package func descendedTokens(
    _ features: Tensor<Scalar>, on graph: NodeEnergyGraph<Scalar>, training random: RandomStream? = nil
  ) -> Tensor<Scalar> {
    descend(from: tokens(features, on: graph, training: random), on: graph, training: random).tokens.values
      .reshaped([graph.nodeCount, configuration.dimension])
  }

  /// The descents of all blocks with what is recorded of each, the energy by part at every step unless told otherwise.
  ///
  /// - Returns: One result per block, each with its `trajectory`.
  public func trace(
    _ features: Tensor<Scalar>, on graph: NodeEnergyGraph<Scalar>,
    recording: [Recording<Scalar>] = [.energies]
  ) -> [DescentResult<Scalar>] {
    stack.trace(
      from: tokens(features, on: graph, training: nil), over: .neighbours(graph.neighbourhoods),
      settings: configuration.descent, recording: recording)
  }

  /// The weights of each node's keys in the last block after its descent, the mean over heads, one for each pair of
  /// the graph's `neighbourhoods.pattern`.
  public func attentionWeights(
    _ features: Tensor<Scalar>, on graph: NodeEnergyGraph<Scalar>
  ) -> Tensor<Scalar> {
    let last = descend(from: tokens(features, on: graph, training: nil), on: graph, training: nil).activations
    let weights = stack.last.attention.energy(over: graph.neighbourhoods).attentionWeights(at: last)
    return weights.mean(axes: [0, 1])
  }
}
