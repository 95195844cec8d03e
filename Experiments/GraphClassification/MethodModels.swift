import EnergyTransformer

/// The models of the trained methods: the Energy Transformer as asked for, the others of its size where they have one.
struct MethodModels {
  let graphs: PreparedGraphs
  let model: ModelOptions

  /// Hands a model of a method, with random weights, to `body`; nil where a method has nothing to train.
  func with<Use: ClassifierUse>(
    _ method: Method, on split: StratifiedSplit, random: RandomStream, _ body: Use
  ) throws -> Use.Outcome? {
    switch method {
    case .majority: return nil
    case .logistic:
      return try body.use(try CountClassifier(graphs, training: split.training, random: random))
    case .gcn:
      return try body.use(ConvolutionClassifier(model: GraphConvolutionNetwork(convolution, random: random)))
    case .transformer:
      return try body.use(TransformerClassifier(model: GraphTransformer(transformer, random: random)))
    case .energyTransformer:
      return try body.use(EnergyClassifier(model: energyTransformer(random)))
    }
  }

  /// The Energy Transformer of the options before training.
  func energyTransformer(_ random: RandomStream) -> GraphEnergyTransformer<Float> {
    var stream = random
    return GraphEnergyTransformer(configuration, using: &stream)
  }

  private var configuration: GraphEnergyTransformerConfiguration {
    var configuration = GraphEnergyTransformerConfiguration.small(
      featureCount: graphs.collection.featureCount, classCount: graphs.collection.classCount)
    var block = EnergyTransformerConfiguration(
      dimension: model.dimension, headCount: model.heads, keySize: model.keySize, memoryCount: model.memories)
    block.attentionDeviation = 1 / Double(model.dimension).squareRoot()
    block.memoryDeviation = 0.4 / Double(model.dimension).squareRoot()
    configuration.block = block
    configuration.blockCount = model.blocks
    configuration.descent = DescentSettings(steps: model.steps, stepSize: model.stepSize)
    configuration.positionCount = model.positions
    configuration.noiseDeviation = model.noise
    configuration.learnsAdjacency = model.learnedAdjacency
    return configuration
  }

  private var convolution: GraphConvolutionConfiguration {
    let layers = max(2, model.blocks * model.steps)
    let (features, classes) = (graphs.collection.featureCount, graphs.collection.classCount)
    let width = GraphConvolutionConfiguration.width(
      forParameterCount: configuration.parameterCount, inputSize: features, classCount: classes,
      layerCount: layers)
    return GraphConvolutionConfiguration(
      inputSize: features, width: width, classCount: classes, layerCount: layers)
  }

  private var transformer: GraphTransformerConfiguration {
    let inputs = graphs.collection.featureCount + model.positions + 1
    let classes = graphs.collection.classCount
    let width = GraphTransformerConfiguration.width(
      forParameterCount: configuration.parameterCount, inputSize: inputs, classCount: classes,
      headCount: model.heads, blockCount: model.blocks)
    return GraphTransformerConfiguration(
      inputSize: inputs, dimension: width, headCount: model.heads, keySize: width / model.heads,
      hiddenSize: 2 * width, classCount: classes, blockCount: model.blocks, repeats: model.steps)
  }
}

/// What is done with a model of any method.
protocol ClassifierUse {
  associatedtype Outcome
  func use<Model: GraphClassifier>(_ model: Model) throws -> Outcome
}
