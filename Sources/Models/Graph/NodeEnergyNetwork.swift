public import Dynamics
import Energies
public import Tensors

/// The nodes of a graph as the tokens of one example, descending the energies of blocks: what the node models share.
///
/// - Cost: A step takes 4 N D H Y + 4 N D M operations and 8 H Y a pair.
public struct NodeEnergyNetwork<Scalar: TensorScalar>: Parameterized {
  /// The sizes, and how blocks descend.
  public let configuration: NodeEnergyConfiguration
  /// Features and positions to tokens.
  public var encoder: GraphEncoder<Scalar>
  /// The blocks, in the order that tokens pass them.
  public var blocks: [GraphEnergyTransformerBlock<Scalar>]

  /// A network with random weights.
  public init(_ configuration: NodeEnergyConfiguration, using random: inout RandomStream) {
    require(configuration.blockCount > 0, "a model needs at least one block")
    require(
      configuration.noise >= 0 && configuration.noise.isFinite,
      "noise is a finite number of at least 0, not \(configuration.noise)")
    self.configuration = configuration
    encoder = GraphEncoder(
      featureCount: configuration.featureCount, positionCount: configuration.positionCount,
      dimension: configuration.dimension, using: &random)
    blocks = []
    for _ in 0..<configuration.blockCount {
      blocks.append(GraphEnergyTransformerBlock(configuration, using: &random))
    }
  }

  public mutating func visitParameters(_ visit: (_ name: String, _ value: inout Tensor<Scalar>) -> Void) {
    encoder.visitParameters(prefix: "encoder", visit)
    for index in blocks.indices { blocks[index].visitParameters(prefix: "blocks.\(index)", visit) }
  }

  /// The tokens of nodes, [1, nodes, dimension].
  ///
  /// - Parameters:
  ///   - features: [nodes, features].
  ///   - random: In training, where the signs of positions come from; nil leaves them as they are.
  ///   - replaced: The token that stands for the features of some nodes, [1, dimension], and 1 for each such node,
  ///     [nodes, 1].
  func tokens(
    _ features: Tensor<Scalar>, on graph: NodeEnergyGraph<Scalar>, random: RandomStream?,
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
      let bias = encoder.bias.reshaped([1, configuration.dimension])
      encoded = encoded + (replaced.by - bias) * replaced.where
    } else {
      encoded = encoder.encoded(features, positions: positions)
    }
    return Tokens(encoded.reshaped([1, nodes, configuration.dimension]))
  }

  /// The descents of all blocks, one after the other.
  ///
  /// With noise every step is a descent of its own, x <- x - alpha dE/dg, and noise is added after it: the same as
  /// Langevin descent, by the fused kernels of plain steps.
  ///
  /// - Parameter random: In training, where noise comes from; nil adds none.
  func descend(
    from tokens: Tokens<Scalar>, on graph: NodeEnergyGraph<Scalar>, random: RandomStream?
  ) -> NodeDescent<Scalar> {
    let settings = configuration.descent
    let noise = configuration.noise > 0 ? random?.child(1) : nil
    var x = tokens
    var first: Activations<Scalar>?
    var last = blocks[0].norm.activations(at: tokens)
    for (index, block) in blocks.enumerated() {
      var left = settings.steps
      while left > 0 {
        // The read-out needs what the first step came to.
        let steps = noise != nil || first == nil ? 1 : left
        let result = block.descent(settings.with(steps: steps), over: graph.neighbourhoods).run(from: x)
        require(result.stopReason.isFinite, "a descent of nodes: \(result.stopReason)")
        (x, last) = (result.tokens, result.activations)
        if let noise {
          let stream = noise.child(UInt64(index * settings.steps + settings.steps - left))
          let deviation = settings.stepSize.squareRoot() * configuration.noise
          x = Tokens(x.values + .normal(x.values.shape, deviation, inPiecesFrom: stream))
          last = block.norm.activations(at: x)
        }
        first = first ?? last
        left -= steps
      }
    }
    return NodeDescent(tokens: x, first: first ?? last, last: last)
  }

  /// x after the last step, [nodes, dimension].
  ///
  /// - Parameter random: In training, where noise and the signs of positions come from.
  package func descendedTokens(
    _ features: Tensor<Scalar>, on graph: NodeEnergyGraph<Scalar>, random: RandomStream? = nil
  ) -> Tensor<Scalar> {
    descend(from: tokens(features, on: graph, random: random), on: graph, random: random).tokens.values
      .reshaped([graph.nodeCount, configuration.dimension])
  }

  /// The descents of all blocks with the energy by part at every step.
  ///
  /// - Returns: One result a block, each with its `trajectory`.
  public func trace(
    _ features: Tensor<Scalar>, on graph: NodeEnergyGraph<Scalar>
  ) -> [DescentResult<Scalar>] {
    var x = tokens(features, on: graph, random: nil)
    return blocks.map { block in
      let result = block.descent(configuration.descent, over: graph.neighbourhoods)
        .run(from: x, recording: [.energies])
      x = result.tokens
      return result
    }
  }

  /// The weights of each node's keys in the last block after its descent, the mean over heads, one for each pair of
  /// the graph's `neighbourhoods.pattern`.
  public func attentionWeights(
    _ features: Tensor<Scalar>, on graph: NodeEnergyGraph<Scalar>
  ) -> Tensor<Scalar> {
    let last = descend(from: tokens(features, on: graph, random: nil), on: graph, random: nil).last
    let weights = blocks[blocks.count - 1].attention(over: graph.neighbourhoods).attentionWeights(at: last)
    return weights.mean(axes: [0, 1])
  }
}

/// What came out of the descents of a network's blocks.
struct NodeDescent<Scalar: TensorScalar> {
  /// x after the last step, [1, nodes, dimension].
  let tokens: Tokens<Scalar>
  /// g after the very first step, and after the last.
  let first: Activations<Scalar>, last: Activations<Scalar>
}

extension Tensor {
  /// Independent draws from a normal distribution; the same for the same stream on any number of threads.
  static func normal(_ shape: [Int], _ deviation: Double, inPiecesFrom random: RandomStream) -> Tensor {
    let (piece, count) = (4_096, shape.reduce(1, *))
    return Tensor(shape: shape) { out in
      Parallelism.forEach((count + piece - 1) / piece) { index in
        var stream = random.child(UInt64(index))
        let start = index * piece
        stream.fillNormal(out + start, count: Swift.min(piece, count - start), standardDeviation: deviation)
      }
    }
  }
}
