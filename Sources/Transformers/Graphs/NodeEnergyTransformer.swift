import Energies
public import Layers
public import Tensors

/// The Energy Transformer that classifies the nodes of a graph, as normal or anomalous for instance.
///
/// Features become tokens, which descend an energy of attention to neighbours and of memories for a few steps; a small
/// perceptron reads each node's activations after the first and after the last step and, if asked, the node's own shares
/// of the energy.
///
/// The order of the nodes does not matter, and a node's logits depend only on nodes that are at most
/// as many edges away, in either direction, as there are steps.
///
/// - Source: Hoover et al. 2023, graph anomaly detection.
public struct NodeEnergyTransformer<Scalar: TensorScalar>: NodeClassifier {
  /// The sizes.
  public let configuration: NodeEnergyTransformerConfiguration
  /// Encoder and blocks.
  public var network: NodeEnergyNetwork<Scalar>
  private var readOut: Perceptron<Scalar>

  /// A model with random weights.
  public init(_ configuration: NodeEnergyTransformerConfiguration, random: RandomStream) {
    self.configuration = configuration
    var stream = random.child(0)
    network = NodeEnergyNetwork(configuration.network, using: &stream)
    let inputs = configuration.readOutInputs
    readOut = Perceptron(
      PerceptronConfiguration(
        inputSize: inputs, hiddenSizes: [configuration.readOutSize], classCount: configuration.classCount,
        dropout: configuration.dropout),
      inputs: inputs, random: random.child(1))
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    network.visitParameters(visit)
    visit("readOut", &readOut)
  }

  /// A graph without positions whose nodes attend to themselves.
  public static func prepared(_ neighbours: CompressedSparseRows) -> NodeEnergyGraph<Scalar> {
    NodeEnergyGraph(neighbours)
  }

  /// The logits of every node.
  ///
  /// - Parameters:
  ///   - features: [nodes, features].
  ///   - graph: The graph of the nodes.
  ///   - random: The stream that noise, dropout and the signs of positions are drawn from in training; nil for
  ///     none.
  public func logits(
    _ features: Tensor<Scalar>, on graph: NodeEnergyGraph<Scalar>, training random: RandomStream?
  ) -> Tensor<Scalar> {
    let tokens = network.tokens(features, on: graph, training: random?.child(0))
    let descent = network.descend(from: tokens, on: graph, training: random?.child(0))
    return logits(
      from: tokens, afterFirstStep: descent.afterFirstStep, to: descent.tokens,
      activations: descent.activations, on: graph, dropout: random?.child(1))
  }

  /// The logits that are read of a descent.
  ///
  /// - Parameters:
  ///   - start: x before the first step.
  ///   - first: g after the very first step; nil where none was taken.
  ///   - end: x after the last step.
  ///   - last: g of the last block there.
  func logits(
    from start: Tokens<Scalar>, afterFirstStep first: Activations<Scalar>?, to end: Tokens<Scalar>,
    activations last: Activations<Scalar>, on graph: NodeEnergyGraph<Scalar>, dropout random: RandomStream?
  ) -> Tensor<Scalar> {
    let shape = [graph.nodeCount, configuration.network.dimension]
    let pair =
      switch configuration.readOut {
      case .firstStep: ((first ?? last).values, last.values)
      case .start: (network.stack.first.norm.activations(at: start).values, last.values)
      case .tokens: (start.values, end.values)
      }
    var read = [pair.0.reshaped(shape), pair.1.reshaped(shape)]
    if configuration.readsEnergies {
      for (block, state) in [(network.stack.first, start), (network.stack.last, end)] {
        let energies = block.energyByNode(at: state, over: graph.neighbourhoods)
        read += scaled(energies).map { $0.reshaped([graph.nodeCount, 1]) }
      }
    }
    return readOut(.concatenated(read, axis: 1), dropout: random)
  }

  /// Energies as numbers of order 1: the mean over heads of log sum exp, and the mean over memories of G, less their sign.
  private func scaled(_ energies: NodeEnergies<Scalar>) -> [Tensor<Scalar>] {
    let network = configuration.network
    let beta = 1 / Scalar(network.keySize).squareRoot()
    return [
      energies.attention * (beta / Scalar(network.headCount)), energies.memory / Scalar(network.memoryCount),
    ]
  }
}

/// The sizes of a ``NodeEnergyTransformer``.
public struct NodeEnergyTransformerConfiguration: Sendable, Equatable {
  /// Encoder, blocks and descent.
  public var network: NodeEnergyConfiguration
  /// C, the number of classes.
  public var classCount: Int
  /// R, the hidden size of the perceptron that reads nodes out; D unless set.
  public var readOutSize: Int
  /// The second input of the perceptron beside the activations after the last step.
  public var readOut = ReadOut.firstStep
  /// Whether the perceptron also reads the node's shares of both energies, before the first step and after the last.
  ///
  /// They hold what the norm hides from activations: how many neighbours a node has, and how well it agrees with them.
  public var readsEnergies = false
  /// The probability with which training leaves out a hidden unit of the perceptron.
  public var dropout = 0.0

  /// The choices of what is read beside the activations after the last step.
  public enum ReadOut: String, Sendable, CaseIterable {
    /// The activations after the first step, as the paper has it.
    case firstStep
    /// The activations before the first step, as in the published code for nodes, which reads the embedded features.
    case start
    /// The tokens themselves, before the first step and after the last: the norm hides how large they are.
    case tokens
  }

  /// A classifier of the given number of classes on a network.
  public init(network: NodeEnergyConfiguration, classCount: Int) {
    requirePositive(["classCount": classCount])
    self.network = network
    self.classCount = classCount
    readOutSize = network.dimension
  }

  /// The number of inputs that the perceptron reads of a node: 2 D, and 4 more where it reads energies.
  public var readOutInputs: Int { 2 * network.dimension + (readsEnergies ? 4 : 0) }

  /// The number of parameters: those of the network, and I R + R + R C + C, I being `readOutInputs`.
  public var parameterCount: Int {
    network.parameterCount + PerceptronConfiguration.parameterCount([readOutInputs, readOutSize, classCount])
  }
}
