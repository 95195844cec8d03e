import Energies
public import Tensors

/// The Energy Transformer that tells the classes of a graph's nodes, such as normal and anomalous.
///
/// Features become tokens, which descend an energy of attention to neighbours and of memories for a few steps; a small
/// perceptron reads each node's activations after the first and after the last step.
///
/// A model of node sets: it sees no order of nodes, and what a node gets depends on nodes within T steps of edges both ways.
///
/// - Source: Hoover et al. 2023, graph anomaly detection.
public struct NodeEnergyTransformer<Scalar: TensorScalar>: NodeClassifier {
  /// The sizes.
  public let configuration: NodeEnergyTransformerConfiguration
  /// Encoder and blocks.
  public var network: NodeEnergyNetwork<Scalar>
  private var readOut: PerceptronLayers<Scalar>

  /// A model with random weights.
  public init(_ configuration: NodeEnergyTransformerConfiguration, random: RandomStream) {
    self.configuration = configuration
    var stream = random.child(0)
    network = NodeEnergyNetwork(configuration.network, using: &stream)
    let inputs = 2 * configuration.network.dimension
    readOut = PerceptronLayers(
      PerceptronConfiguration(
        inputSize: inputs, hiddenSizes: [configuration.readOutSize], classCount: configuration.classCount,
        dropout: configuration.dropout),
      inputs: inputs, random: random.child(1))
  }

  public mutating func visitParameters(_ visit: (_ name: String, _ value: inout Tensor<Scalar>) -> Void) {
    network.visitParameters(visit)
    readOut.visitParameters(prefix: "readOut", visit)
  }

  /// A graph without positions whose nodes see themselves.
  public static func prepared(_ neighbours: CompressedSparseRows) -> NodeEnergyGraph<Scalar> {
    NodeEnergyGraph(neighbours)
  }

  /// The logits of every node.
  ///
  /// - Parameter dropout: In training, where noise, dropout and the signs of positions come from; nil for none of them.
  public func logits(
    _ features: Tensor<Scalar>, on graph: NodeEnergyGraph<Scalar>, dropout: RandomStream?
  ) -> Tensor<Scalar> {
    let tokens = network.tokens(features, on: graph, random: dropout?.child(0))
    let descent = network.descend(from: tokens, on: graph, random: dropout?.child(0))
    let other =
      switch configuration.readOut {
      case .firstStep: descent.first
      case .start: network.blocks[0].norm.activations(at: tokens)
      }
    let shape = [graph.nodeCount, configuration.network.dimension]
    let read = Tensor.concatenated(
      [other.values.reshaped(shape), descent.last.values.reshaped(shape)], axis: 1)
    return readOut(read, dropout: dropout?.child(1))
  }
}
