import EnergyTransformer
import Foundation
import Kit
import Reporting

/// Trains the image Energy Transformer.
struct EnergyTraining {
  var images: PreparedImages
  let model: ModelOptions
  var training: TrainingOptions
  var setting: Setting

  private typealias Loop = TrainingLoop<ImageEnergyTransformer<Float>, DescentSettings>

  /// The model of a run, trained or continued.
  ///
  /// - Parameters:
  ///   - options: Those that determine the weights: a checkpoint that is continued has the same.
  ///   - facts: What checkpoints tell beside them.
  func trainedModel(
    options: [String: String], facts: [String: String], output: OutputOptions
  ) throws -> TrainedModel<ImageEnergyTransformer<Float>> {
    let plan = try ImageTrainingPlan(images: images, training: training)
    var loop = try loop(plan)
    let path = output.checkpointPath
    var files = TrainingFiles(
      metrics: "\(output.output)/metrics.csv", checkpoint: path, options: options.merging(facts) { $1 })
    if output.resume && FileManager.default.fileExists(atPath: path) {
      files.secondsBefore = try restore(&loop, from: path, options, atMost: plan.updateCount)
    } else if output.resume {
      // A run that was killed before its first checkpoint left nothing to go on with.
      print("\(path): no checkpoint yet, so training begins at the beginning")
    }
    return try trained(&loop, plan, files)
  }

  /// A model trained for a number of updates, without files.
  func trained(updateCount: Int) throws -> TrainedModel<ImageEnergyTransformer<Float>> {
    let plan = try ImageTrainingPlan(images: images, training: training, updateCount: updateCount)
    var loop = try loop(plan)
    return try trained(&loop, plan, nil)
  }

  private func trained(
    _ loop: inout Loop, _ plan: ImageTrainingPlan, _ files: TrainingFiles?
  ) throws -> TrainedModel<ImageEnergyTransformer<Float>> {
    try plan.trained(&loop, files: files) { model, patches, masked, settings in
      let tokens = model.tokens(patches: patches, masked: masked)
      let result = model.stack.descend(from: tokens, settings: settings)
      try result.checkFinite("training")
      return model.decode(result.activations)
    }
  }

  private func loop(_ plan: ImageTrainingPlan) throws -> Loop {
    try plan.loop(
      of: model, weightDeviation: setting.weightDeviation, muonRate: setting.muonRate, rate: setting.rate,
      weightDecay: setting.weightDecay, curriculum: curriculum)
  }

  /// Continues from a checkpoint of the same options; returns the seconds it was trained.
  ///
  /// - Parameter updateCount: Updates of the whole run.
  private func restore(
    _ loop: inout Loop, from path: String, _ options: [String: String], atMost updateCount: Int
  ) throws -> Double {
    let checkpoint = try TrainingCheckpoint<Float>(contentsOf: path)
    if let difference = RunIdentity.difference(
      of: checkpoint.options, from: options.leavingOut("test-images"))
    {
      throw ExperimentError("\(path): \(difference)")
    }
    if checkpoint.updateCount > updateCount {
      throw ExperimentError(
        "\(path): \(checkpoint.updateCount) updates done, expected at most \(updateCount)")
    }
    try loop.restore(from: checkpoint)
    guard let seconds = checkpoint.options["train-seconds"].flatMap(Double.init), (0...1e9).contains(seconds)
    else { throw ExperimentError("\(path): train-seconds is not a number from 0 to 1e9") }
    return seconds
  }

  /// The same integration time in a third of the steps at first: it costs a third.
  private var curriculum: Curriculum<DescentSettings> {
    let steps = max(1, model.steps / 3)
    let short = DescentSettings(steps: steps, stepSize: model.stepSize * Double(model.steps) / Double(steps))
    if training.shortShare <= 0 { return Curriculum(always: model.descent) }
    if training.shortShare >= 1 { return Curriculum(always: short) }
    return Curriculum([(training.shortShare, short), (1 - training.shortShare, model.descent)])
  }
}
