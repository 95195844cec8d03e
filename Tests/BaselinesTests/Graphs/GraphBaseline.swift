import Baselines
import Layers
import Tensors
import TestSupport

/// Every baseline on graphs, at sizes that differ from each other, to be handed to a generic check.
enum GraphBaseline: CaseIterable, Sendable {
  case logisticRegression, perceptron, neighbourMean, convolution, transformer

  /// What is checked of any model.
  protocol Check {
    func run<Model: NodeClassifier<Double>>(_ model: Model)
  }

  func run(_ check: some Check, seed: UInt64, dropout: Double = 0) {
    let (inputSize, random) = (GraphExample.inputSize, RandomStream(seed: seed))
    let perceptron = PerceptronConfiguration(
      inputSize: inputSize, hiddenSizes: [5, 4], classCount: 2, dropout: dropout)
    switch self {
    case .logisticRegression:
      check.run(
        LogisticRegression<Double>(inputSize: inputSize, classCount: 2, random: random).shaken(seed))
    case .perceptron: check.run(MultilayerPerceptron<Double>(perceptron, random: random).shaken(seed))
    case .neighbourMean: check.run(NeighbourMeanPerceptron<Double>(perceptron, random: random).shaken(seed))
    case .convolution:
      let sizes = GraphConvolutionConfiguration(
        inputSize: inputSize, width: 5, classCount: 2, layerCount: 3, dropout: dropout)
      check.run(GraphConvolutionNetwork<Double>(sizes, random: random).shaken(seed))
    case .transformer:
      check.run(GraphTransformer<Double>(Self.transformerSizes(dropout), random: random).shaken(seed))
    }
  }

  static func transformerSizes(_ dropout: Double = 0) -> GraphTransformerConfiguration {
    GraphTransformerConfiguration(
      inputSize: GraphExample.inputSize, dimension: 6, headCount: 2, keySize: 4, hiddenSize: 5, classCount: 2,
      blockCount: 2, repeats: 2, dropout: dropout)
  }
}
