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
  /// The folder of an event file for TensorBoard; nil for none.
  let eventsFolder: String?

  private static let metricNames = [
    "fold", "seed", "epoch", "loss", "validation_accuracy", "validation_loss",
  ]

  private var models: MethodModels { MethodModels(graphs: graphs, model: model) }

  var plan: FoldResults.Plan {
    FoldResults.Plan(
      methods: methods.map { ($0, $0 != .majority) }, settings: training.settings,
      trialEpochs: training.trialEpochs, epochs: training.epochs, seeds: training.seeds,
      foldCount: graphs.folds.count)
  }

  /// The results of all folds; those that an interrupted run left are kept.
  func run(_ interrupted: FoldResults?, options: [String: String]) throws -> FoldResults {
    var results = interrupted ?? FoldResults(options: options)
    let metrics = try metricsWriter(interrupted)
    let progress = WorkProgress(total: results.epochsLeft(of: plan), unit: "epochs")
    try results.run(plan) { task in
      try outcome(of: task, metrics, progress)
    } onProgress: { results, step in
      if case .result(let result) = step, result.method == .energyTransformer { try metrics.synchronize() }
      try results.writeAll(toFolder: output)
      if let words = words(step) { progress.print(words) }
    }
    progress.finish()
    return results
  }

  /// What is said of a step; of a trial nothing but that it failed.
  private func words(_ step: FoldResults.Step) -> String? {
    switch step {
    case .trial(let trial):
      trial.epoch == nil
        ? "fold \(trial.fold + 1)  \(trial.method): \(trial.setting) left the finite numbers" : nil
    case .result(let result):
      String(
        format: "fold %d/%d  %@: validation %.3f in epoch %d, %.0f s%@", result.fold + 1,
        graphs.folds.count, result.method.description, result.validationAccuracy, result.epoch,
        result.seconds, result.setting.map { ", \($0)" } ?? "")
    }
  }

  /// The trained model of the first fold and seed, as the run left it.
  func firstModel() throws -> GraphEnergyTransformer<Float> {
    try WeightsFile.read(
      models.energyTransformer(RandomStream(seed: 0)).model, path: "\(output)/\(WeightsFile.name)")
  }

  private func outcome(
    of task: FoldResults.Task, _ metrics: MetricsWriter, _ progress: WorkProgress
  ) throws -> FoldResults.Outcome {
    guard let setting = task.setting else { return majority(task.fold) }
    var done = 0
    defer { progress.skip(task.epochs - done) }
    let (outcome, model) = try trained(task, setting) { epoch in
      done += 1
      progress.advance(loss: epoch.loss)
      if task.method == .energyTransformer, let seed = task.seed {
        try metrics.append(
          step: (task.fold * training.seeds + seed) * training.epochs + epoch.number,
          [
            "fold": Double(task.fold + 1), "seed": Double(seed + 1), "epoch": Double(epoch.number),
            "loss": epoch.loss, "validation_accuracy": epoch.validation.score,
            "validation_loss": epoch.validation.loss,
          ])
      }
    }
    if let model = model as? GraphEnergyTransformer<Float>, task.fold == 0, task.seed == 0 {
      try WeightsFile.write(model, toFolder: output, metadata: ["fold": "1"])
    }
    return outcome
  }

  private func trained(
    _ task: FoldResults.Task, _ setting: Setting, onEpoch: (TrainedEpoch) throws -> Void
  ) throws -> (FoldResults.Outcome, any Parameterized<Float>) {
    let split = graphs.folds[task.fold]
    // The trials of a fold have the same weights and orders, stream 0: they differ by their settings alone.
    let random = RandomStream(seed: training.seed).child(2).child(UInt64(task.fold))
      .child(UInt64(Method.allCases.firstIndex(of: task.method) ?? 0))
      .child(task.seed.map { UInt64($0 + 1) } ?? 0)
    let (draws, weights) = (random.child(0), random.child(1))
    func trained<Model: Parameterized<Float>>(
      _ untrained: MethodModels.Untrained<Model>
    ) throws -> (FoldResults.Outcome, any Parameterized<Float>) {
      let started = Date()
      let classifier = ClassifierTraining(
        labels: graphs.collection.labels, batchSize: training.batch, smoothing: training.smoothing,
        logits: untrained.logits)
      var loop = classifier.loop(
        for: untrained.model, rate: setting.rate, weightDecay: setting.weightDecay, epochs: task.epochs,
        examplesPerEpoch: split.training.count, warmUp: training.warmUp,
        centralizedByInput: training.centralize ? inputMaps(of: untrained.model) : nil, random: draws)
      let best = try classifier.run(
        &loop, epochs: task.epochs, on: split.training, validatedOn: split.validation, random: draws,
        onEpoch: onEpoch)
      let seconds = Date().timeIntervalSince(started)
      // A trial does not look at the test part.
      let tested = classifier.evaluation(of: best.model, on: task.seed == nil ? [] : split.test)
      let outcome = FoldResults.Outcome(
        epoch: best.epoch.number, validation: best.epoch.validation,
        parameterCount: untrained.model.parameterCount, seconds: seconds, accuracy: tested.score.score,
        predictions: tested.predictions)
      return (outcome, best.model)
    }
    let models = MethodModels(graphs: graphs, model: model, dropout: setting.dropout)
    switch task.method {
    case .energyTransformer: return try trained(models.energyTransformer(weights))
    case .transformer: return try trained(models.transformer(weights))
    case .gcn: return try trained(models.convolution(weights))
    case .logistic: return try trained(models.logistic(standardizedBy: split.training, weights))
    case .majority: fatalError("the most frequent class is not trained")
    }
  }

  /// Encoder and read-out lose the mean over what one input gives, as in the published recipe.
  private func inputMaps(of model: some Parameterized<Float>) -> ParameterSelection {
    model is GraphEnergyTransformer<Float> ? ParameterSelection { $0.hasSuffix(".weight") } : .none
  }

  private func majority(_ fold: Int) -> FoldResults.Outcome {
    let (split, labels) = (graphs.folds[fold], graphs.collection.labels)
    let counts = (0..<graphs.collection.classCount).map { label in
      split.training.count { labels[$0] == label }
    }
    let most = counts.firstIndex(of: counts.max() ?? 0) ?? 0
    func accuracy(on graphs: [Int]) -> Double {
      Double(graphs.count { labels[$0] == most }) / Double(max(1, graphs.count))
    }
    return FoldResults.Outcome(
      epoch: 0, validation: ValidationScore(score: accuracy(on: split.validation)), parameterCount: 0,
      seconds: 0, accuracy: accuracy(on: split.test), predictions: split.test.map { _ in most })
  }

  private func metricsWriter(_ interrupted: FoldResults?) throws -> MetricsWriter {
    let path = "\(output)/metrics.csv"
    guard let interrupted else {
      return try MetricsWriter(path: path, columns: Self.metricNames, eventsFolder: eventsFolder)
    }
    // Rows of trainings that are done stay, those of one that was interrupted go.
    let done = interrupted.results(of: .energyTransformer).count
    return try MetricsWriter(
      resuming: path, columns: Self.metricNames, atStep: done * training.epochs + 1,
      eventsFolder: eventsFolder)
  }
}
