public import Layers
public import Tensors

/// A conventional pre-norm transformer on a graph, for comparison with the energy transformer at the same number of
/// parameters: nodes attend to their neighbours and themselves.
///
/// Features are encoded linearly; each block adds softmax attention with values over a node's neighbours and itself, and
/// a two-layer network with GELU; a last layer norm and a linear decoder give the logits. A node that has no self pair
/// gets one; repeated pairs count as often. There are no positions: a node's logits depend on its neighbourhood alone.
///
/// - Cost: forward, about blocks * repeats * (4 (pairs + nodes) H Y + nodes (8 D H Y + 4 D M)) operations; memory for
///   2 H numbers per pair and application in training.
/// - Source: Vaswani et al. 2017 with the norm before each part (Xiong et al. 2020), attention restricted to the graph
///   as in Dwivedi and Bresson, "A Generalization of Transformer Networks to Graphs", 2021.
public struct GraphTransformer<Scalar: TensorScalar>: NodeClassifier {
  /// The sizes.
  public let configuration: GraphTransformerConfiguration
  private var encoder: Linear<Scalar>
  private var blocks: [ConventionalBlock<Scalar>]
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
      ConventionalBlock(
        dimension: dimension, headCount: configuration.headCount, keySize: configuration.keySize,
        hiddenSize: configuration.hiddenSize, dropout: configuration.dropout,
        random: random.child(UInt64(2 + index)))
    }
  }

  /// The pairs of neighbours and of every node with itself.
  public static func prepared(_ neighbours: CompressedSparseRows) -> SparsePattern {
    SparsePattern(neighbours.addingSelfPairs())
  }

  public func logits(
    _ features: Tensor<Scalar>, on graph: SparsePattern, training dropout: RandomStream?
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

/// The sizes of a ``GraphTransformer``.
public struct GraphTransformerConfiguration: Sendable, Equatable {
  /// F, the number of features of a node.
  public let inputSize: Int
  /// D, the size of a node's state.
  public let dimension: Int
  /// H, the number of attention heads.
  public let headCount: Int
  /// Y, the size of a head's queries, keys and values.
  public let keySize: Int
  /// M, the hidden size of the feed-forward network.
  public let hiddenSize: Int
  /// C, the number of classes.
  public let classCount: Int
  /// S, the number of blocks, each with its own weights.
  public let blockCount: Int
  /// How often each block is applied before the next.
  public let repeats: Int
  /// The probability with which training leaves out a number that attention or network add to the state.
  public let dropout: Double

  /// The sizes, all at least 1, and a dropout in 0 ..< 1.
  public init(
    inputSize: Int, dimension: Int, headCount: Int, keySize: Int, hiddenSize: Int, classCount: Int,
    blockCount: Int = 1, repeats: Int = 1, dropout: Double = 0
  ) {
    requirePositive([
      "inputSize": inputSize, "dimension": dimension, "headCount": headCount, "keySize": keySize,
      "hiddenSize": hiddenSize, "classCount": classCount, "blockCount": blockCount, "repeats": repeats,
    ])
    requireDropout(dropout)
    (self.inputSize, self.dimension, self.headCount) = (inputSize, dimension, headCount)
    (self.keySize, self.hiddenSize, self.classCount) = (keySize, hiddenSize, classCount)
    (self.blockCount, self.repeats, self.dropout) = (blockCount, repeats, dropout)
  }

  /// The number of parameters; repeats share theirs. Encoder F D + D, each block 4 D + 4 D H Y + 2 D M + M + D,
  /// norm 2 D, decoder D C + C.
  public var parameterCount: Int {
    let attention = 4 * dimension * headCount * keySize
    let block = 4 * dimension + attention + 2 * dimension * hiddenSize + hiddenSize + dimension
    let ends = inputSize * dimension + dimension + dimension * classCount + classCount
    return ends + 2 * dimension + blockCount * block
  }

  /// The same sizes with the hidden units whose parameter count comes closest to `count`, at least 1; of two equally
  /// close ones the smaller.
  public func withHiddenSize(closestTo count: Int) -> GraphTransformerConfiguration {
    with(hiddenSize: closestSize(to: count) { with(hiddenSize: $0).parameterCount })
  }

  /// The state's size D for a parameter count, at keys of D / H numbers and M = 2 D: the multiple of the heads whose
  /// count comes closest; of two equally close ones the smaller.
  public static func width(
    forParameterCount count: Int, inputSize: Int, classCount: Int, headCount: Int, blockCount: Int = 1
  ) -> Int {
    requirePositive(["headCount": headCount])
    return headCount
      * closestSize(to: count) { keySize in
        let dimension = headCount * keySize
        return GraphTransformerConfiguration(
          inputSize: inputSize, dimension: dimension, headCount: headCount, keySize: keySize,
          hiddenSize: 2 * dimension, classCount: classCount, blockCount: blockCount
        ).parameterCount
      }
  }

  private func with(hiddenSize: Int) -> GraphTransformerConfiguration {
    GraphTransformerConfiguration(
      inputSize: inputSize, dimension: dimension, headCount: headCount, keySize: keySize,
      hiddenSize: hiddenSize, classCount: classCount, blockCount: blockCount, repeats: repeats,
      dropout: dropout)
  }
}
