import EnergyTransformer
import ExperimentCommands
import Foundation
import GraphExperiments

/// Trains and judges every method on every fold, in an order that an interrupted run can go on with.
struct MethodsRun {
  let graphs: PreparedGraphs
  let model: ModelOptions
  let training: TrainingOptions
  let output: String
  let methods: [Method]

  private static let metricNames = [
    "fold", "epoch", "loss", "validation_accuracy", "validation_loss",
  ]

  /// The results of all folds; those that `results` holds already are kept.
  func run(_ results: FoldResults, resuming: Bool) throws -> FoldResults {
    var results = results
    let metrics = try metricsWriter(results, resuming: resuming)
    let pending = graphs.folds.indices.flatMap { fold in
      methods.filter { results.result(of: $0, fold: fold) == nil }.map { (fold, $0) }
    }
    let trainings = pending.count { $0.1 != .majority }
    let progress = WorkProgress(total: trainings * training.epochs, unit: "epochs")
    for (fold, method) in pending {
      let result = try self.result(of: method, fold: fold) { epoch in
        if method == .energyTransformer {
          try metrics.append(
            step: fold * training.epochs + epoch.number,
            [
              "fold": Double(fold + 1), "epoch": Double(epoch.number), "loss": epoch.loss,
              "validation_accuracy": epoch.validationAccuracy, "validation_loss": epoch.validationLoss,
            ])
        }
        progress.advance(loss: epoch.loss)
      }
      if method == .energyTransformer { try metrics.synchronize() }
      results.results.append(result)
      try results.write(toFolder: output)
      progress.print(Self.line(result, of: graphs.folds.count))
    }
    progress.finish()
    return results
  }

  /// The trained model of the first fold, as the run left it.
  func firstModel() throws -> GraphEnergyTransformer<Float> {
    try WeightsFile.read(energyTransformer(RandomStream(seed: 0)), fromFolder: output)
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

  private func result(
    of method: Method, fold: Int, onEpoch: (FoldTraining.Epoch) throws -> Void
  ) throws -> FoldResult {
    let random = RandomStream(seed: training.seed).child(2).child(UInt64(fold))
      .child(UInt64(Method.allCases.firstIndex(of: method) ?? 0))
    let (features, classes) = (graphs.collection.featureCount, graphs.collection.classCount)
    let count = configuration.parameterCount
    switch method {
    case .majority: return majority(fold)
    case .logistic:
      let classifier = try CountClassifier(
        graphs, training: graphs.folds[fold].training, random: random.child(1))
      return try trained(classifier, method, fold, training.logisticRate, random, onEpoch).result
    case .gcn:
      let layers = max(2, model.blocks * model.steps)
      let width = GraphConvolutionConfiguration.width(
        forParameterCount: count, inputSize: features, classCount: classes, layerCount: layers)
      let sizes = GraphConvolutionConfiguration(
        inputSize: features, width: width, classCount: classes, layerCount: layers)
      let classifier = ConvolutionClassifier(model: GraphConvolutionNetwork(sizes, random: random.child(1)))
      return try trained(classifier, method, fold, training.convolutionRate, random, onEpoch).result
    case .transformer:
      let inputs = features + model.positions + 1
      let width = GraphTransformerConfiguration.width(
        forParameterCount: count, inputSize: inputs, classCount: classes, headCount: model.heads,
        blockCount: model.blocks)
      let sizes = GraphTransformerConfiguration(
        inputSize: inputs, dimension: width, headCount: model.heads, keySize: width / model.heads,
        hiddenSize: 2 * width, classCount: classes, blockCount: model.blocks, repeats: model.steps)
      let classifier = TransformerClassifier(model: GraphTransformer(sizes, random: random.child(1)))
      return try trained(classifier, method, fold, training.transformerRate, random, onEpoch).result
    case .energyTransformer:
      let classifier = EnergyClassifier(model: energyTransformer(random.child(1)))
      let found = try trained(classifier, method, fold, training.rate, random, onEpoch)
      if fold == 0 {
        try WeightsFile.write(found.model.model, toFolder: output, metadata: ["fold": "1"])
      }
      return found.result
    }
  }

  private func trained<Model: GraphClassifier>(
    _ model: Model, _ method: Method, _ fold: Int, _ rate: Double, _ random: RandomStream,
    _ onEpoch: (FoldTraining.Epoch) throws -> Void
  ) throws -> (result: FoldResult, model: Model) {
    let split = graphs.folds[fold]
    let run = FoldTraining(graphs: graphs, split: split, options: training, rate: rate, random: random)
    let best: FoldTraining.Trained<Model>
    do {
      best = try run.run(model, onEpoch: onEpoch)
    } catch let error as NonFiniteValue {
      throw ResumeError(description: "fold \(fold + 1), \(method.title): \(error.description)")
    }
    let predictions = run.predictions(best.model, on: split.test)
    let result = FoldResult(
      fold: fold, method: method, accuracy: accuracy(predictions, on: split.test),
      validationAccuracy: best.epoch.validationAccuracy, epoch: best.epoch.number,
      parameterCount: model.parameterCount, seconds: best.seconds, predictions: predictions)
    return (result, best.model)
  }

  private func majority(_ fold: Int) -> FoldResult {
    let split = graphs.folds[fold]
    var counts = [Int](repeating: 0, count: graphs.collection.classCount)
    for graph in split.training { counts[graphs.collection.labels[graph]] += 1 }
    let most = counts.indices.reduce(0) { counts[$1] > counts[$0] ? $1 : $0 }
    func predictions(_ indices: [Int]) -> [Int] { indices.map { _ in most } }
    return FoldResult(
      fold: fold, method: .majority, accuracy: accuracy(predictions(split.test), on: split.test),
      validationAccuracy: accuracy(predictions(split.validation), on: split.validation), epoch: 0,
      parameterCount: 0, seconds: 0, predictions: predictions(split.test))
  }

  private func accuracy(_ predictions: [Int], on indices: [Int]) -> Double {
    let hits = zip(predictions, indices).filter { $0 == graphs.collection.labels[$1] }.count
    return Double(hits) / Double(max(1, indices.count))
  }

  private func metricsWriter(_ results: FoldResults, resuming: Bool) throws -> MetricsWriter {
    let path = "\(output)/metrics.csv"
    guard resuming else { return try MetricsWriter(path: path, columns: Self.metricNames) }
    // Rows of folds that are done stay, those of a fold that was interrupted go.
    let done = results.results(of: .energyTransformer).count
    return try MetricsWriter(
      resuming: path, columns: Self.metricNames, atStep: done * training.epochs + 1)
  }

  private static func line(_ result: FoldResult, of count: Int) -> String {
    String(
      format: "fold %d/%d  %@: validation %.3f in epoch %d, %.0f s", result.fold + 1, count,
      result.method.title, result.validationAccuracy, result.epoch, result.seconds)
  }
}
