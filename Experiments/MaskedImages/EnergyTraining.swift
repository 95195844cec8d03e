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
  /// How the run's own training is watched.
  var watching: WatchOptions?

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
    // Checkpoints of earlier releases do not tell the facts.
    if output.resume {
      try loop.resume(&files, of: plan.updateCount, butFor: Set(facts.keys).union(["test-images"]))
    }
    files.eventsFolder = watching?.events.folder(output.output)
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
    try plan.trained(&loop, files: files, live: view) { model, patches, masked, settings in
      let tokens = model.tokens(patches: patches, masked: masked)
      let result = model.stack.descend(from: tokens, settings: settings)
      try result.checkFinite("training")
      return model.decode(result.activations)
    }
  }

  /// What is shown of the model while it is trained.
  private var view: LiveView<ImageEnergyTransformer<Float>>? {
    let (images, settings) = (images, model.descent)
    return watching?.view(errorName: images.errorName) { model in
      try images.look { image in
        let results = model.trace(
          patches: images.patches(images.test.batch(at: [image])), masked: images.replaced(image..<image + 1),
          settings: settings)
        return (model.completions(along: results).map(images.pixels(of:)), results)
      }
    }
  }

  private func loop(_ plan: ImageTrainingPlan) throws -> Loop {
    try plan.loop(
      of: model, weightDeviation: setting.weightDeviation, muonRate: setting.muonRate, rate: setting.rate,
      weightDecay: setting.weightDecay, curriculum: curriculum)
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
