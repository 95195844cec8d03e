import Baselines
import EnergyTransformer
import Kit

extension PreparedGraphs {
  /// Some graphs with class tokens, in training without a share of their features.
  func input(
    _ indices: [Int], dropout: Double = 0, training: RandomStream? = nil
  ) -> GraphEnergyTransformerInput<Float> {
    let batch = collection.batch(at: indices, classTokens: true)
    return GraphEnergyTransformerInput(
      features: batch.features.withDropout(dropout, random: training?.child(1)),
      positions: batch.rows(of: positions),
      neighbours: batch.neighbours, nodeRanges: batch.nodeRanges)
  }
}

/// The models of the trained methods, and how they score graphs: the Energy Transformer as asked for, the others of its
/// size where they have one.
struct MethodModels {
  /// A model before training, and how it scores graphs.
  typealias Untrained<Model: Parameterized> = (model: Model, logits: ClassifierTraining<Model>.Logits)

  let graphs: PreparedGraphs
  let model: ModelOptions
  /// The share of a node's features, or of a graph's counts, that training leaves out; the same for every model.
  var dropout = 0.0

  /// The Energy Transformer of the options before training.
  func energyTransformer(_ random: RandomStream) -> Untrained<GraphEnergyTransformer<Float>> {
    var stream = random
    let (graphs, dropout) = (graphs, dropout)
    let untrained = GraphEnergyTransformer<Float>(configuration, using: &stream)
    return (
      untrained,
      { model, indices, training in
        model.logits(
          graphs.input(indices, dropout: dropout, training: training), training: training?.child(0))
      }
    )
  }

  /// A conventional transformer over the same graphs with class tokens and the same features and positions.
  func transformer(_ random: RandomStream) -> Untrained<GraphTransformer<Float>> {
    let (graphs, dropout, classes) = (graphs, dropout, graphs.collection.classCount)
    // The last column says what is a class token: the model's linear encoder learns it.
    let inputs = graphs.collection.featureCount + model.positions + 1
    let width = GraphTransformerConfiguration.width(
      forParameterCount: configuration.parameterCount, inputSize: inputs, classCount: classes,
      headCount: model.heads, blockCount: model.blocks)
    let configuration = GraphTransformerConfiguration(
      inputSize: inputs, dimension: width, headCount: model.heads, keySize: width / model.heads,
      hiddenSize: 2 * width, classCount: classes, blockCount: model.blocks, repeats: model.steps)
    return (
      GraphTransformer(configuration, random: random),
      { model, indices, training in
        let input = graphs.input(indices, dropout: dropout, training: training)
        let draws = training?.child(0)
        let positions = graphs.positions.shape[1] > 0 ? [input.positions(signs: draws?.child(0))] : []
        let nodes = Tensor.concatenated([input.features] + positions + [input.classColumn], axis: 1)
        let graph = GraphTransformer<Float>.prepared(input.neighbourhoods.graph)
        return model.logits(nodes, on: graph, training: draws?.child(1)).gathered(input.classTokens, axis: 0)
      }
    )
  }

  /// A graph convolution network whose nodes' outputs are averaged.
  func convolution(_ random: RandomStream) -> Untrained<GraphConvolutionNetwork<Float>> {
    let (collection, dropout, layers) = (graphs.collection, dropout, max(2, model.blocks * model.steps))
    let (features, classes) = (collection.featureCount, collection.classCount)
    let width = GraphConvolutionConfiguration.width(
      forParameterCount: configuration.parameterCount, inputSize: features, classCount: classes,
      layerCount: layers)
    let configuration = GraphConvolutionConfiguration(
      inputSize: features, width: width, classCount: classes, layerCount: layers)
    return (
      GraphConvolutionNetwork(configuration, random: random),
      { model, indices, training in
        let batch = collection.batch(at: indices, classTokens: false)
        return model.graphLogits(
          batch.features.withDropout(dropout, random: training?.child(1)),
          on: GraphConvolutionNetwork<Float>.prepared(batch.neighbours),
          starts: [0] + batch.nodeRanges.map(\.upperBound), training: training?.child(0))
      }
    )
  }

  /// Logistic regression on how often each node label and each degree stands in a graph, standardised by some graphs.
  func logistic(
    standardizedBy training: [Int], _ random: RandomStream
  ) throws -> Untrained<LogisticRegression<Float>> {
    let (collection, dropout) = (graphs.collection, dropout)
    let sums = collection.features.segmentSum(collection.nodeStarts)
    let counts = try FeatureStandardizer(measuring: sums, nodes: training, named: "counts").standardized(sums)
    return (
      LogisticRegression(inputSize: counts.shape[1], classCount: collection.classCount, random: random),
      { model, indices, training in
        model.logits(
          counts.gathered(indices, axis: 0).withDropout(dropout, random: training?.child(1)), on: NoGraph())
      }
    )
  }

  private var configuration: GraphEnergyTransformerConfiguration {
    var configuration = GraphEnergyTransformerConfiguration.small(
      featureCount: graphs.collection.featureCount, classCount: graphs.collection.classCount)
    configuration.block = model.block
    configuration.block.attentionDeviation = 1 / Double(model.dimension).squareRoot()
    configuration.block.memoryDeviation = 0.4 / Double(model.dimension).squareRoot()
    configuration.blockCount = model.blocks
    configuration.descent = model.descent
    configuration.positionCount = model.positions
    configuration.noiseDeviation = model.noise
    configuration.learnsAdjacency = model.learnedAdjacency
    return configuration
  }
}
