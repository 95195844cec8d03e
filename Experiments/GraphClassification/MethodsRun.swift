import EnergyTransformer
import Foundation
import Kit

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

  private var models: MethodModels { MethodModels(graphs: graphs, model: model) }

  /// The results of all folds; those that `results` holds already are kept.
  func run(_ results: FoldResults, resuming: Bool) throws -> FoldResults {
    var results = results
    let metrics = try metricsWriter(results, resuming: resuming)
    let progress = WorkProgress(total: epochsLeft(results), unit: "epochs")
    for fold in graphs.folds.indices {
      for method in methods {
        try tune(method, fold, &results, progress)
        for seed in seeds(of: method) where results.result(of: method, fold: fold, seed: seed) == nil {
          let result = try result(of: method, fold, seed: seed, results, metrics, progress)
          if method == .energyTransformer { try metrics.synchronize() }
          results.results.append(result)
          try results.write(toFolder: output)
          progress.print(Self.line(result, of: graphs.folds.count))
        }
      }
    }
    progress.finish()
    return results
  }

  /// The trained model of the first fold and seed, as the run left it.
  func firstModel() throws -> GraphEnergyTransformer<Float> {
    try WeightsFile.read(models.energyTransformer(RandomStream(seed: 0)), fromFolder: output)
  }

  private func seeds(of method: Method) -> Range<Int> { 0..<(method.isTrained ? training.seeds : 1) }

  /// A setting that is alone needs no trial.
  private var trials: Range<Int> { 0..<(training.settings.count > 1 ? training.settings.count : 0) }

  private func epochsLeft(_ results: FoldResults) -> Int {
    var count = 0
    for fold in graphs.folds.indices {
      for method in methods where method.isTrained {
        count +=
          training.trialEpochs
          * trials.count { results.trial(of: method, fold: fold, trial: $0) == nil }
        count +=
          training.epochs
          * seeds(of: method).count { results.result(of: method, fold: fold, seed: $0) == nil }
      }
    }
    return count
  }

  /// Runs the trials of a method on a fold that are not done. The test part is not looked at.
  private func tune(
    _ method: Method, _ fold: Int, _ results: inout FoldResults, _ progress: WorkProgress
  ) throws {
    guard method.isTrained else { return }
    for trial in trials where results.trial(of: method, fold: fold, trial: trial) == nil {
      let setting = training.settings[trial]
      var result = TrialResult(
        fold: fold, method: method, trial: trial, setting: setting, epochs: training.trialEpochs)
      let started = Date()
      var done = 0
      do {
        // The same weights and orders for all trials of a fold: they differ by their settings alone.
        let found = try trained(
          method, fold, setting, epochs: training.trialEpochs, stream(fold, method, 0), testing: []
        ) { epoch in
          done += 1
          progress.advance(loss: epoch.loss)
        }
        result.validationAccuracy = found?.epoch.validationAccuracy
        result.validationLoss = found?.epoch.validationLoss
        result.epoch = found?.epoch.number
      } catch is NonFiniteValue {
        progress.skip(training.trialEpochs - done)
        progress.print("fold \(fold + 1)  \(method.title): \(setting.text) left the finite numbers")
      }
      result.seconds = Date().timeIntervalSince(started)
      results.trials.append(result)
      try results.write(toFolder: output)
    }
  }

  /// The setting that the validation part of a fold likes best.
  private func setting(of method: Method, _ fold: Int, _ results: FoldResults) throws -> Setting {
    guard !trials.isEmpty else { return training.settings[0] }
    guard let best = results.chosenTrial(of: method, fold: fold) else {
      throw ResumeError(description: "fold \(fold + 1), \(method.title): no trial kept to the finite numbers")
    }
    return best.setting
  }

  private func result(
    of method: Method, _ fold: Int, seed: Int, _ results: FoldResults, _ metrics: MetricsWriter,
    _ progress: WorkProgress
  ) throws -> FoldResult {
    guard method.isTrained else { return majority(fold) }
    let split = graphs.folds[fold]
    let setting = try setting(of: method, fold, results)
    do {
      let found = try trained(
        method, fold, setting, epochs: training.epochs, stream(fold, method, 1 + seed), testing: split.test
      ) { epoch in
        if method == .energyTransformer { try record(epoch, fold: fold, seed: seed, in: metrics) }
        progress.advance(loss: epoch.loss)
      }
      guard let found else { return majority(fold) }
      if let energyTransformer = found.energyTransformer, fold == 0, seed == 0 {
        try WeightsFile.write(energyTransformer, toFolder: output, metadata: ["fold": "1"])
      }
      return FoldResult(
        fold: fold, method: method, seed: seed, setting: setting,
        accuracy: accuracy(found.predictions, on: split.test),
        validationAccuracy: found.epoch.validationAccuracy, epoch: found.epoch.number,
        parameterCount: found.parameterCount, seconds: found.seconds, predictions: found.predictions)
    } catch let error as NonFiniteValue {
      throw ResumeError(
        description: "fold \(fold + 1), \(method.title), \(setting.text): \(error.description)")
    }
  }

  /// Stream 0 of a method on a fold is that of its trials, the others belong to the seeds of its weights.
  private func stream(_ fold: Int, _ method: Method, _ number: Int) -> RandomStream {
    RandomStream(seed: training.seed).child(2).child(UInt64(fold))
      .child(UInt64(Method.allCases.firstIndex(of: method) ?? 0)).child(UInt64(number))
  }

  private func trained(
    _ method: Method, _ fold: Int, _ setting: Setting, epochs: Int, _ random: RandomStream, testing: [Int],
    onEpoch: @escaping (FoldTraining.Epoch) throws -> Void
  ) throws -> TrainedMethod.Outcome? {
    let split = graphs.folds[fold]
    let run = FoldTraining(
      graphs: graphs, split: split, options: training, setting: setting, epochs: epochs,
      random: random.child(0))
    return try models.with(
      method, on: split, random: random.child(1),
      TrainedMethod(training: run, testing: testing, onEpoch: onEpoch))
  }

  private func majority(_ fold: Int) -> FoldResult {
    let split = graphs.folds[fold]
    var counts = [Int](repeating: 0, count: graphs.collection.classCount)
    for graph in split.training { counts[graphs.collection.labels[graph]] += 1 }
    let most = counts.indices.reduce(0) { counts[$1] > counts[$0] ? $1 : $0 }
    func predictions(_ indices: [Int]) -> [Int] { indices.map { _ in most } }
    return FoldResult(
      fold: fold, method: .majority, seed: 0, setting: nil,
      accuracy: accuracy(predictions(split.test), on: split.test),
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
    // Rows of trainings that are done stay, those of one that was interrupted go.
    let done = results.results(of: .energyTransformer).count
    return try MetricsWriter(
      resuming: path, columns: Self.metricNames, atStep: done * training.epochs + 1)
  }

  private func record(
    _ epoch: FoldTraining.Epoch, fold: Int, seed: Int, in metrics: MetricsWriter
  ) throws {
    try metrics.append(
      step: (fold * training.seeds + seed) * training.epochs + epoch.number,
      [
        "fold": Double(fold + 1), "seed": Double(seed + 1), "epoch": Double(epoch.number), "loss": epoch.loss,
        "validation_accuracy": epoch.validationAccuracy, "validation_loss": epoch.validationLoss,
      ])
  }

  private static func line(_ result: FoldResult, of count: Int) -> String {
    String(
      format: "fold %d/%d  %@: validation %.3f in epoch %d, %.0f s%@", result.fold + 1, count,
      result.method.title, result.validationAccuracy, result.epoch, result.seconds,
      result.setting.map { ", \($0.text)" } ?? "")
  }
}

/// A model of any method after its training on a fold.
private struct TrainedMethod: ClassifierUse {
  struct Outcome {
    let epoch: FoldTraining.Epoch
    let seconds: Double
    let parameterCount: Int
    /// The predicted classes of `testing`.
    let predictions: [Int]
    /// The model where it is the Energy Transformer.
    let energyTransformer: GraphEnergyTransformer<Float>?
  }

  let training: FoldTraining
  let testing: [Int]
  let onEpoch: (FoldTraining.Epoch) throws -> Void

  func use<Model: GraphClassifier>(_ model: Model) throws -> Outcome {
    let best = try training.run(model, onEpoch: onEpoch)
    return Outcome(
      epoch: best.epoch, seconds: best.seconds, parameterCount: model.parameterCount,
      predictions: training.predictions(best.model, on: testing),
      energyTransformer: (best.model as? EnergyClassifier)?.model)
  }
}
