import EnergyTransformer
import Foundation
import Kit
import Reporting

/// Tunes, trains and judges every method on every fold, in an order that an interrupted run can go on with.
struct MethodsRun {
  let graphs: PreparedGraphs
  let model: ModelOptions
  let training: TrainingOptions
  let output: String
  let methods: [Method]

  private static let metricNames = [
    "fold", "seed", "epoch", "loss", "validation_accuracy", "validation_loss",
  ]

  /// A model of any method after its training on a fold.
  private struct Trained {
    let epoch: TrainedEpoch
    let seconds: Double
    let parameterCount: Int
    /// The predicted classes of the graphs under test.
    let predictions: [Int]
    /// The model where it is the Energy Transformer.
    let energyTransformer: GraphEnergyTransformer<Float>?
  }

  private var models: MethodModels { MethodModels(graphs: graphs, model: model) }

  /// The results of all folds; those that an interrupted run left are kept.
  func run(_ interrupted: FoldResults?, options: [String: String]) throws -> FoldResults {
    var results = interrupted ?? FoldResults(options: options)
    let metrics = try metricsWriter(interrupted)
    let progress = WorkProgress(total: epochsLeft(results), unit: "epochs")
    for fold in graphs.folds.indices {
      for method in methods {
        for trial in trials(of: method) where results.trial(of: method, fold: fold, trial: trial) == nil {
          results.trials.append(try tried(method, fold, trial, progress))
          try results.writeAll(toFolder: output)
        }
        for seed in seeds(of: method) where results.result(of: method, fold: fold, seed: seed) == nil {
          let result =
            method.isTrained
            ? try result(of: method, fold, seed: seed, setting(of: method, fold, results), metrics, progress)
            : majority(fold)
          if method == .energyTransformer { try metrics.synchronize() }
          results.results.append(result)
          try results.writeAll(toFolder: output)
          progress.print(
            String(
              format: "fold %d/%d  %@: validation %.3f in epoch %d, %.0f s%@", fold + 1, graphs.folds.count,
              method.title, result.validationAccuracy, result.epoch, result.seconds,
              result.setting.map { ", \($0.text)" } ?? ""))
        }
      }
    }
    progress.finish()
    return results
  }

  /// The trained model of the first fold and seed, as the run left it.
  func firstModel() throws -> GraphEnergyTransformer<Float> {
    try WeightsFile.read(
      models.energyTransformer(RandomStream(seed: 0)).model, path: "\(output)/\(WeightsFile.name)")
  }

  private func seeds(of method: Method) -> Range<Int> { 0..<(method.isTrained ? training.seeds : 1) }

  /// A setting that is alone needs no trial.
  private func trials(of method: Method) -> Range<Int> {
    0..<(method.isTrained && training.settings.count > 1 ? training.settings.count : 0)
  }

  private func epochsLeft(_ results: FoldResults) -> Int {
    graphs.folds.indices.reduce(0) { count, fold in
      methods.filter(\.isTrained).reduce(count) { count, method in
        let trials = trials(of: method).count { results.trial(of: method, fold: fold, trial: $0) == nil }
        let seeds = seeds(of: method).count { results.result(of: method, fold: fold, seed: $0) == nil }
        return count + training.trialEpochs * trials + training.epochs * seeds
      }
    }
  }

  /// A trial of a method on a fold. The test part is not looked at.
  private func tried(
    _ method: Method, _ fold: Int, _ trial: Int, _ progress: WorkProgress
  ) throws -> TrialResult {
    let (setting, started) = (training.settings[trial], Date())
    var result = TrialResult(
      fold: fold, method: method, trial: trial, setting: setting, epochs: training.trialEpochs)
    var done = 0
    do {
      // The same weights and orders for all trials of a fold: they differ by their settings alone.
      let best = try trained(
        method, fold, setting, epochs: training.trialEpochs, stream(fold, method, 0), testing: []
      ) { epoch in
        done += 1
        progress.advance(loss: epoch.loss)
      }.epoch
      result.validationAccuracy = best.validation.score
      (result.validationLoss, result.epoch) = (best.validation.loss, best.number)
    } catch is NonFiniteValue {
      progress.skip(training.trialEpochs - done)
      progress.print("fold \(fold + 1)  \(method.title): \(setting.text) left the finite numbers")
    }
    result.seconds = Date().timeIntervalSince(started)
    return result
  }

  /// The setting that the validation part of a fold likes best.
  private func setting(of method: Method, _ fold: Int, _ results: FoldResults) throws -> Setting {
    if trials(of: method).isEmpty { return training.settings[0] }
    guard let best = results.chosenTrial(of: method, fold: fold) else {
      throw ExperimentError("fold \(fold + 1), \(method.title): no trial kept to the finite numbers")
    }
    return best.setting
  }

  private func result(
    of method: Method, _ fold: Int, seed: Int, _ setting: Setting, _ metrics: MetricsWriter,
    _ progress: WorkProgress
  ) throws -> FoldResult {
    let test = graphs.folds[fold].test
    let found: Trained
    do {
      found = try trained(
        method, fold, setting, epochs: training.epochs, stream(fold, method, 1 + seed), testing: test
      ) { epoch in
        if method == .energyTransformer { try record(epoch, fold: fold, seed: seed, in: metrics) }
        progress.advance(loss: epoch.loss)
      }
    } catch let error as NonFiniteValue {
      throw ExperimentError("fold \(fold + 1), \(method.title), \(setting.text): \(error.description)")
    }
    if let energyTransformer = found.energyTransformer, fold == 0, seed == 0 {
      try WeightsFile.write(energyTransformer, toFolder: output, metadata: ["fold": "1"])
    }
    return FoldResult(
      fold: fold, method: method, seed: seed, setting: setting,
      accuracy: graphs.accuracy(of: found.predictions, on: test),
      validationAccuracy: found.epoch.validation.score, epoch: found.epoch.number,
      parameterCount: found.parameterCount, seconds: found.seconds, predictions: found.predictions)
  }

  /// Stream 0 of a method on a fold is that of its trials, the others belong to the seeds of its weights.
  private func stream(_ fold: Int, _ method: Method, _ number: Int) -> RandomStream {
    RandomStream(seed: training.seed).child(2).child(UInt64(fold))
      .child(UInt64(Method.allCases.firstIndex(of: method) ?? 0)).child(UInt64(number))
  }

  private func trained(
    _ method: Method, _ fold: Int, _ setting: Setting, epochs: Int, _ random: RandomStream, testing: [Int],
    onEpoch: (TrainedEpoch) throws -> Void
  ) throws -> Trained {
    let (split, draws) = (graphs.folds[fold], random.child(0))
    func trained<Model: Parameterized<Float>>(_ untrained: MethodModels.Untrained<Model>) throws -> Trained {
      let started = Date()
      let classifier = ClassifierTraining(
        labels: graphs.collection.labels, batchSize: training.batch, smoothing: training.smoothing,
        logits: untrained.logits)
      var loop = loop(
        untrained.model, setting, draws, epochs: epochs,
        perEpoch: classifier.updatesPerEpoch(of: split.training.count))
      let best = try classifier.run(
        &loop, epochs: epochs, on: split.training, validatedOn: split.validation, random: draws,
        onEpoch: onEpoch)
      return Trained(
        epoch: best.epoch, seconds: Date().timeIntervalSince(started),
        parameterCount: untrained.model.parameterCount,
        predictions: classifier.evaluation(of: best.model, on: testing).predictions,
        energyTransformer: best.model as? GraphEnergyTransformer<Float>)
    }
    var models = models
    models.dropout = setting.dropout
    let weights = random.child(1)
    switch method {
    case .energyTransformer: return try trained(models.energyTransformer(weights))
    case .transformer: return try trained(models.transformer(weights))
    case .gcn: return try trained(models.convolution(weights))
    case .logistic: return try trained(models.logistic(standardizedBy: split.training, weights))
    case .majority: fatalError("the most frequent class is not trained")
    }
  }

  private func loop<Model>(
    _ model: Model, _ setting: Setting, _ random: RandomStream, epochs: Int, perEpoch: Int
  ) -> TrainingLoop<Model, Void> where Model: Parameterized<Float> {
    let decay = WeightDecay(setting.weightDecay, on: .matrices(of: model.parameters))
    let adam = AdamW<Float>(secondDecay: 0.99, weightDecay: decay)
    // Encoder and read-out lose the mean over what one input gives, as in the published recipe.
    let inputs: ParameterSelection =
      model is GraphEnergyTransformer<Float> ? ParameterSelection { $0.hasSuffix(".weight") } : .none
    let optimizer: any Optimizer<Float> =
      training.centralize ? CentralizedGradients(adam, keepingLastAxis: inputs) : adam
    let updates = epochs * perEpoch
    return TrainingLoop(
      model: model, optimizer: optimizer,
      schedule: .warmUpThenCosine(
        peak: setting.rate, warmUpUpdates: Int(training.warmUp * Double(updates)), updateCount: updates,
        finalFraction: 0.005),
      random: random, gradientNormLimit: 1,
      // About the weights of the last epoch: validation parts of a few graphs then see less noise.
      average: ExponentialMovingAverage(decay: 1 - 1 / Double(1 + perEpoch)))
  }

  private func majority(_ fold: Int) -> FoldResult {
    let split = graphs.folds[fold]
    var counts = [Int](repeating: 0, count: graphs.collection.classCount)
    for graph in split.training { counts[graphs.collection.labels[graph]] += 1 }
    let most = counts.indices.reduce(0) { counts[$1] > counts[$0] ? $1 : $0 }
    func accuracy(on indices: [Int]) -> Double {
      graphs.accuracy(of: indices.map { _ in most }, on: indices)
    }
    return FoldResult(
      fold: fold, method: .majority, seed: 0, setting: nil, accuracy: accuracy(on: split.test),
      validationAccuracy: accuracy(on: split.validation), epoch: 0, parameterCount: 0, seconds: 0,
      predictions: split.test.map { _ in most })
  }

  private func metricsWriter(_ interrupted: FoldResults?) throws -> MetricsWriter {
    let path = "\(output)/metrics.csv"
    guard let interrupted else { return try MetricsWriter(path: path, columns: Self.metricNames) }
    // Rows of trainings that are done stay, those of one that was interrupted go.
    let done = interrupted.results(of: .energyTransformer).count
    return try MetricsWriter(
      resuming: path, columns: Self.metricNames, atStep: done * training.epochs + 1)
  }

  private func record(_ epoch: TrainedEpoch, fold: Int, seed: Int, in metrics: MetricsWriter) throws {
    try metrics.append(
      step: (fold * training.seeds + seed) * training.epochs + epoch.number,
      [
        "fold": Double(fold + 1), "seed": Double(seed + 1), "epoch": Double(epoch.number), "loss": epoch.loss,
        "validation_accuracy": epoch.validation.score, "validation_loss": epoch.validation.loss,
      ])
  }
}
