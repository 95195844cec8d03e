import Layers

/// The sizes of a ``NodeEnergyTransformer``.
public struct NodeEnergyTransformerConfiguration: Sendable, Equatable {
  /// Encoder, blocks and descent.
  public var network: NodeEnergyConfiguration
  /// C, the classes.
  public var classCount: Int
  /// R, the hidden units of the perceptron that reads nodes out; unless set as many as a token has numbers.
  public var readOutSize: Int
  /// What the perceptron reads beside the activations after the last step.
  public var readOut = ReadOut.firstStep
  /// Whether the perceptron also reads the node's shares of both energies, before the first step and after the last.
  ///
  /// They hold what the norm hides from activations: how many neighbours a node has, and how well it agrees with them.
  public var readsEnergies = false
  /// The share of the perceptron's hidden units that training leaves out.
  public var dropout = 0.0

  /// What is read beside the activations after the last step.
  public enum ReadOut: String, Sendable, CaseIterable {
    /// The activations after the first step, as the paper has it.
    case firstStep
    /// The activations before the first step, as in the published code for nodes, which reads the embedded features.
    case start
    /// The tokens themselves, before the first step and after the last: the norm hides how large they are.
    case tokens
  }

  /// Classes to tell on a network.
  public init(network: NodeEnergyConfiguration, classCount: Int) {
    requirePositive(["classCount": classCount])
    self.network = network
    self.classCount = classCount
    readOutSize = network.dimension
  }

  /// What the perceptron reads of a node: 2 D numbers, and 4 where it reads energies.
  public var readOutInputs: Int { 2 * network.dimension + (readsEnergies ? 4 : 0) }

  /// The number of learned numbers: those of the network, and I R + R + R C + C, I being `readOutInputs`.
  public var parameterCount: Int {
    network.parameterCount + PerceptronConfiguration.parameterCount([readOutInputs, readOutSize, classCount])
  }
}
