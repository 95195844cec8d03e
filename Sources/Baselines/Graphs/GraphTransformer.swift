public import Layers
public import Tensors

/// A conventional pre-norm transformer on a graph, for comparison with the energy transformer at the same number of
/// parameters: nodes attend to their neighbours and themselves.
///
/// Features are encoded linearly; each block adds softmax attention with values over a node's neighbours and itself, and
/// a two-layer network with GELU; a last layer norm and a linear decoder give the logits. A node that has no self pair
/// gets one; repeated pairs count as often. There are no positions: what a node gets depends on its neighbourhood alone.
///
/// - Cost: forward, about blocks * repeats * (4 (pairs + nodes) H Y + nodes (8 D H Y + 4 D M)) operations; memory for
///   2 H numbers a pair and application in training.
/// - Source: Vaswani et al. 2017 with the norm before each part (Xiong et al. 2020), attention restricted to the graph
///   as in Dwivedi and Bresson, "A Generalization of Transformer Networks to Graphs", 2021.
public struct GraphTransformer<Scalar: TensorScalar>: NodeClassifier {
  /// The sizes.
  public let configuration: GraphTransformerConfiguration
  private var encoder: Linear<Scalar>
  private var blocks: [GraphTransformerBlock<Scalar>]
  private var norm: LayerNorm<Scalar>
  private var decoder: Linear<Scalar>

  /// A model with random weights of variance 2 / (inputs + outputs); norms start at gain 1, biases at 0.
  public init(_ configuration: GraphTransformerConfiguration, random: RandomStream) {
    let dimension = configuration.dimension
    self.configuration = configuration
    encoder = Linear(inputs: configuration.inputSize, outputs: dimension, random: random.child(0))
    decoder = Linear(
      inputs: dimension, outputs: configuration.classCount, random: random.child(1))
    norm = LayerNorm(dimension)
    blocks = (0..<configuration.blockCount).map { index in
      GraphTransformerBlock(configuration, random: random.child(UInt64(2 + index)))
    }
  }

  /// The pairs of neighbours and of every node with itself.
  public static func prepared(_ neighbours: CompressedSparseRows) -> SparsePattern {
    SparsePattern(neighbours.addingSelfPairs())
  }

  public func logits(
    _ features: Tensor<Scalar>, on graph: SparsePattern, dropout: RandomStream?
  ) -> Tensor<Scalar> {
    requireFeatures(features, inputSize: configuration.inputSize, nodeCount: graph.rowCount)
    var nodes = encoder(features)
    for (index, block) in blocks.enumerated() {
      for turn in 0..<configuration.repeats {
        let random = dropout?.child(UInt64(index * configuration.repeats + turn))
        nodes = block(nodes, over: graph, dropout: random)
      }
    }
    return decoder(norm(nodes))
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("encoder", &encoder)
    visit("blocks", &blocks)
    visit("norm", &norm)
    visit("decoder", &decoder)
  }
}
