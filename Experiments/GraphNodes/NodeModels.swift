import Baselines
import EnergyTransformer
import Kit
import Reporting

/// The models in the table.
enum NodeModelKind: Int, CaseIterable, Codable {
  case energyTransformer, logistic, perceptron, neighbourPerceptron, convolution, transformer

  /// What stands before the names of its results.
  var prefix: String { names.prefix }
  /// What tables call it.
  var label: String { names.label }

  private var names: (prefix: String, label: String) {
    switch self {
    case .energyTransformer: ("", "Energy Transformer")
    case .logistic: ("logistic_", "Logistic regression")
    case .perceptron: ("perceptron_", "Perceptron")
    case .neighbourPerceptron: ("neighbour_perceptron_", "Perceptron with neighbour means")
    case .convolution: ("gcn_", "Graph convolution network")
    case .transformer: ("transformer_", "Conventional graph transformer block")
    }
  }
}

/// The models at their sizes: the Energy Transformer as asked for, all but the logistic regression with parameter counts
/// as close to its as their widths allow.
struct NodeModels {
  let nodes: PreparedNodes
  private(set) var model: ModelOptions
  private(set) var training: TrainingOptions
  let progress: WorkProgress

  /// The same models with the rate, decay and dropouts of a setting.
  func applying(_ setting: NodeSetting) -> NodeModels {
    var copy = self
    (copy.model.dropout, copy.model.inputDropout) = (setting.dropout, setting.inputDropout)
    (copy.training.rate, copy.training.weightDecay) = (setting.rate, setting.weightDecay)
    return copy
  }

  /// Encoder, blocks and descent of the Energy Transformer, with labels and without.
  var network: NodeEnergyConfiguration {
    var network = NodeEnergyConfiguration(
      featureCount: nodes.graph.featureCount, dimension: model.dimension, headCount: model.heads,
      keySize: model.keySize, memoryCount: model.memories)
    network.positionCount = nodes.positions?.vectors.shape[1] ?? 0
    network.blockCount = model.blocks
    network.descent = model.descent
    network.noiseDeviation = model.noise
    return network
  }

  var energyTransformer: NodeEnergyTransformerConfiguration {
    var configuration = NodeEnergyTransformerConfiguration(network: network, classCount: 2)
    configuration.readOut =
      switch model.readOut {
      case "start": .start
      case "tokens": .tokens
      default: .firstStep
      }
    configuration.readsEnergies = model.readEnergies
    configuration.dropout = model.dropout
    return configuration
  }

  var energyGraph: NodeEnergyGraph<Float> {
    NodeEnergyGraph(nodes.graph.neighbours, positions: nodes.positions)
  }

  private var inputs: Int { nodes.graph.featureCount }
  private var count: Int { energyTransformer.parameterCount }

  private func perceptron(inputs: Int) -> PerceptronConfiguration {
    let width = PerceptronConfiguration.width(
      forParameterCount: count, inputs: inputs, layerCount: 1, classCount: 2)
    return PerceptronConfiguration(
      inputSize: self.inputs, hiddenSizes: [width], classCount: 2, dropout: model.dropout)
  }

  /// Trains a model of a kind, from random weights, on the training nodes of a split.
  func trained(
    _ kind: NodeModelKind, on split: StratifiedSplit, _ random: RandomStream
  ) throws -> TrainedNodes {
    let weights = random.child(0)
    func trained<Model: NodeClassifier<Float>>(_ model: Model) throws -> TrainedNodes {
      try train(model, on: Model.prepared(nodes.graph.neighbours), split, random.child(1))
    }
    switch kind {
    case .energyTransformer:
      let model = NodeEnergyTransformer<Float>(energyTransformer, random: weights)
      return try train(model, on: energyGraph, split, random.child(1))
    case .logistic:
      return try trained(LogisticRegression<Float>(inputSize: inputs, classCount: 2, random: weights))
    case .perceptron:
      return try trained(MultilayerPerceptron<Float>(perceptron(inputs: inputs), random: weights))
    case .neighbourPerceptron:
      return try trained(NeighbourMeanPerceptron<Float>(perceptron(inputs: 2 * inputs), random: weights))
    case .convolution:
      let width = GraphConvolutionConfiguration.width(
        forParameterCount: count, inputSize: inputs, classCount: 2)
      let configuration = GraphConvolutionConfiguration(
        inputSize: inputs, width: width, classCount: 2, dropout: model.dropout)
      return try trained(GraphConvolutionNetwork<Float>(configuration, random: weights))
    case .transformer:
      // The block is repeated as often as the descent has steps.
      let configuration = GraphTransformerConfiguration(
        inputSize: inputs, dimension: model.dimension, headCount: model.heads, keySize: model.keySize,
        hiddenSize: model.memories, classCount: 2, blockCount: model.blocks, repeats: model.steps,
        dropout: model.dropout
      ).withHiddenSize(closestTo: count)
      return try trained(GraphTransformer<Float>(configuration, random: weights))
    }
  }
}
