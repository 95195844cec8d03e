import EnergyTransformer
import Foundation
import Kit

/// A trained model, with the seconds and updates that it took in all.
struct TrainedModel<Model> {
  let model: Model
  let seconds: Double
  let updates: Int
}

/// A method of the comparison, on the images and with the setting of a run.
protocol ComparedTraining {
  associatedtype Model
  /// A model trained for a number of updates, without files.
  func trained(updateCount: Int) throws -> TrainedModel<Model>
  /// The mean squared error over hidden pixels of the images under test, clamped to 0 ... 1.
  func error(of model: Model) throws -> Double
}

/// Trains the image Energy Transformer, or loads one.
struct EnergyTraining: ComparedTraining {
  var images: PreparedImages
  let model: ModelOptions
  var training: TrainingOptions
  var setting: Setting

  private typealias Loop = TrainingLoop<ImageEnergyTransformer<Float>, DescentSettings>

  /// How the trained model descends.
  var settings: DescentSettings { DescentSettings(steps: model.steps, stepSize: model.stepSize) }

  /// The model of a run, trained, continued or read from its checkpoint.
  func trainedModel(
    options: [String: String], output: OutputOptions
  ) throws -> TrainedModel<ImageEnergyTransformer<Float>> {
    let trainer = try Trainer(images: images, training: training)
    var loop = try loop(trainer)
    let path = output.checkpointPath
    var files = TrainingFiles(metrics: "\(output.output)/metrics.csv", checkpoint: path, options: options)
    if output.evaluateOnly || output.resume && FileManager.default.fileExists(atPath: path) {
      files.secondsBefore = try restore(
        &loop, from: path, options, atMost: output.evaluateOnly ? nil : trainer.updateCount)
    } else if output.resume {
      // A run that was killed before its first checkpoint left nothing to go on with.
      print("\(path): no checkpoint yet, so training begins at the beginning")
    }
    if output.evaluateOnly {
      return TrainedModel(model: loop.model, seconds: files.secondsBefore, updates: loop.updateCount)
    }
    return try trained(&loop, trainer, files)
  }

  func trained(updateCount: Int) throws -> TrainedModel<ImageEnergyTransformer<Float>> {
    let trainer = try Trainer(images: images, training: training, updateCount: updateCount)
    var loop = try loop(trainer)
    return try trained(&loop, trainer, nil)
  }

  func error(of model: ImageEnergyTransformer<Float>) throws -> Double {
    try Evaluation(model: model, images: images, settings: settings).lastError
  }

  private func trained(
    _ loop: inout Loop, _ trainer: Trainer, _ files: TrainingFiles?
  ) throws -> TrainedModel<ImageEnergyTransformer<Float>> {
    let visibleWeight = Float(training.visibleWeight)
    let seconds = try trainer.run(&loop, files: files) { model, batch, images, settings in
      let tokens = model.tokens(
        patches: batch.patches.sliced(axis: 0, images), masked: batch.replaced.sliced(axis: 0, images))
      let result = model.stack.descend(from: tokens, settings: settings)
      try result.checkFinite("training")
      return batch.loss(model.decode(result.activations), of: images, visibleWeight: visibleWeight)
    }
    return TrainedModel(model: loop.model, seconds: seconds, updates: loop.updateCount)
  }

  private func loop(_ trainer: Trainer) throws -> Loop {
    let model = initialModel()
    let optimizer = try GroupedOptimizer.energyTransformer(
      for: model, matrixRate: setting.muonRate, rate: setting.rate, weightDecay: setting.weightDecay)
    return TrainingLoop(
      model: model, optimizer: optimizer, schedule: trainer.rates, random: RandomStream(seed: training.seed),
      curriculum: curriculum, gradientNormLimit: 1)
  }

  /// Continues from a checkpoint; returns the seconds it was trained.
  ///
  /// - Parameter updateCount: Updates of the whole run, which has to have the checkpoint's options; nil for a model that is
  ///   only evaluated.
  private func restore(
    _ loop: inout Loop, from path: String, _ options: [String: String], atMost updateCount: Int?
  ) throws -> Double {
    let checkpoint = try TrainingCheckpoint<Float>(contentsOf: path)
    // Options that say what a trained model is and reads; the others matter only to a run that continues.
    let kept: Set = ["patch", "dimension", "heads", "key-size", "memories", "blocks"]
    let needed = options.filter { name, _ in
      name != "test-images" && (updateCount != nil || kept.contains(name))
    }
    if let difference = checkpoint.options.difference(from: needed) {
      throw ExperimentError("\(path): \(difference)")
    }
    if let updateCount, checkpoint.updateCount > updateCount {
      throw ExperimentError(
        "\(path): \(checkpoint.updateCount) updates done, expected at most \(updateCount)")
    }
    try loop.restore(from: checkpoint)
    guard let seconds = checkpoint.options["train-seconds"].flatMap(Double.init), (0...1e9).contains(seconds)
    else { throw ExperimentError("\(path): train-seconds is not a number from 0 to 1e9") }
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
    let steps = max(1, model.steps / 3)
    let short = DescentSettings(steps: steps, stepSize: model.stepSize * Double(model.steps) / Double(steps))
    if training.shortShare <= 0 { return Curriculum(always: settings) }
    if training.shortShare >= 1 { return Curriculum(always: short) }
    return Curriculum([(training.shortShare, short), (1 - training.shortShare, settings)])
  }
}
