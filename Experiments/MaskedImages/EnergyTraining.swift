import EnergyTransformer
import Foundation
import Kit

/// Trains the image Energy Transformer, or loads one.
struct EnergyTraining {
  let images: PreparedImages
  let model: ModelOptions
  let training: TrainingOptions
  let output: OutputOptions
  /// The rates, first weights and decay; those of the options unless another is tried.
  var setting: Setting

  init(images: PreparedImages, model: ModelOptions, training: TrainingOptions, output: OutputOptions) {
    (self.images, self.model, self.training, self.output) = (images, model, training, output)
    setting = training.setting
  }

  /// How the trained model descends.
  var settings: DescentSettings { DescentSettings(steps: model.steps, stepSize: model.stepSize) }

  /// The trained model, how long training took in all and how many updates it had.
  func trainedModel(
    options: [String: String], data: [DataFingerprint]
  ) throws -> (model: ImageEnergyTransformer<Float>, seconds: Double, updates: Int) {
    let options = options.merging(["data-sha256": data.map(\.sha256).joined(separator: " ")]) { $1 }
    let schedule = try TrainingSchedule(images: images, training: training)
    var loop = try loop(schedule)
    var secondsBefore = 0.0
    if output.evaluateOnly || output.resume && isThereToResume {
      secondsBefore = try restore(&loop, options, updateCount: schedule.updateCount)
    }
    if output.evaluateOnly { return (loop.model, secondsBefore, loop.updateCount) }
    let seconds = try run(
      &loop, schedule, metricsPath: "\(output.output)/metrics.csv", checkpointPath: output.checkpointPath,
      options: options, secondsBefore: secondsBefore)
    return (loop.model, seconds, loop.updateCount)
  }

  /// A model trained for a number of updates, without files, and the seconds it took.
  func trained(updateCount: Int) throws -> (model: ImageEnergyTransformer<Float>, seconds: Double) {
    let schedule = try TrainingSchedule(images: images, training: training, updateCount: updateCount)
    var loop = try loop(schedule)
    let seconds = try run(
      &loop, schedule, metricsPath: nil, checkpointPath: nil, options: [:], secondsBefore: 0)
    return (loop.model, seconds)
  }

  private func loop(
    _ schedule: TrainingSchedule
  ) throws -> TrainingLoop<ImageEnergyTransformer<Float>, DescentSettings> {
    TrainingLoop(
      model: initialModel(),
      optimizer: try GroupedOptimizer.energyTransformer(
        for: initialModel(), matrixRate: setting.muonRate, rate: setting.rate,
        weightDecay: setting.weightDecay),
      schedule: schedule.rates,
      random: RandomStream(seed: training.seed), curriculum: curriculum, gradientNormLimit: 1)
  }

  private func run(
    _ loop: inout TrainingLoop<ImageEnergyTransformer<Float>, DescentSettings>, _ schedule: TrainingSchedule,
    metricsPath: String?, checkpointPath: String?, options: [String: String], secondsBefore: Double
  ) throws -> Double {
    let visibleWeight = Float(training.visibleWeight)
    return try Trainer(images: images, training: training, schedule: schedule).run(
      &loop, metricsPath: metricsPath, checkpointPath: checkpointPath, options: options,
      secondsBefore: secondsBefore
    ) { model, batch, images, settings in
      let tokens = model.tokens(
        patches: batch.patches.sliced(axis: 0, images), masked: batch.replaced.sliced(axis: 0, images))
      let result = model.stack.descend(from: tokens, settings: settings)
      if let reason = result.stopReason, !reason.isFinite {
        throw DescentFailure(description: "training: \(reason)")
      }
      return batch.loss(model.decode(result.activations), of: images, visibleWeight: visibleWeight)
    }
  }

  /// Whether there is a checkpoint; a run that was killed before its first one goes on from the beginning, and says so.
  private var isThereToResume: Bool {
    if FileManager.default.fileExists(atPath: output.checkpointPath) { return true }
    print("\(output.checkpointPath): no checkpoint yet, so training begins at the beginning")
    return false
  }

  /// Options that say what a trained model is and reads; the others matter only to a run that continues.
  private static let modelOptions: Set = ["patch", "dimension", "heads", "key-size", "memories", "blocks"]

  /// Continues from the checkpoint; returns the seconds it was trained.
  private func restore(
    _ loop: inout TrainingLoop<ImageEnergyTransformer<Float>, DescentSettings>, _ options: [String: String],
    updateCount: Int
  ) throws -> Double {
    let path = output.checkpointPath
    let checkpoint = try TrainingCheckpoint<Float>(contentsOf: path)
    for (name, value) in options.sorted(by: { $0.key < $1.key })
    where name != "test-images" && (output.resume || Self.modelOptions.contains(name)) {
      guard let stored = checkpoint.options[name] else {
        throw CheckpointMismatch(description: "\(path): option \(name) is missing, expected \(value)")
      }
      if stored != value {
        throw CheckpointMismatch(description: "\(path): trained with --\(name) \(stored), not \(value)")
      }
    }
    guard output.evaluateOnly || checkpoint.updateCount <= updateCount else {
      throw CheckpointMismatch(
        description: "\(path): \(checkpoint.updateCount) updates done, expected at most \(updateCount)")
    }
    try loop.restore(from: checkpoint)
    guard let seconds = checkpoint.options["train-seconds"].flatMap(Double.init), (0...1e9).contains(seconds)
    else {
      throw CheckpointMismatch(description: "\(path): train-seconds is not a number from 0 to 1e9")
    }
    return seconds
  }

  private func initialModel() -> ImageEnergyTransformer<Float> {
    var block = EnergyTransformerConfiguration(
      dimension: model.dimension, headCount: model.heads, keySize: model.keySize, memoryCount: model.memories)
    block.attentionDeviation = setting.weightDeviation
    block.memoryDeviation = setting.weightDeviation
    var configuration = ImageEnergyTransformerConfiguration(block: block, grid: images.grid)
    configuration.blockCount = model.blocks
    configuration.encoderDeviation = 1 / Double(images.grid.patchLength).squareRoot()
    configuration.positions = .sineCosine(lowest: 0.2, highest: 2.5)
    var random = RandomStream(seed: training.seed).child(0)
    return ImageEnergyTransformer(configuration, using: &random)
  }

  /// The same integration time in a third of the steps at first: it costs a third.
  private var curriculum: Curriculum<DescentSettings> {
    let short = DescentSettings(
      steps: max(1, model.steps / 3),
      stepSize: model.stepSize * Double(model.steps) / Double(max(1, model.steps / 3)))
    if training.shortShare <= 0 { return Curriculum(always: settings) }
    if training.shortShare >= 1 { return Curriculum(always: short) }
    return Curriculum([(training.shortShare, short), (1 - training.shortShare, settings)])
  }
}

/// A checkpoint of another run.
struct CheckpointMismatch: Error, CustomStringConvertible {
  let description: String
}
