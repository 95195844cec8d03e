import EnergyTransformer
import Foundation
import Kit

/// Trains a conventional transformer on the same task: a block shared over as many repeats as the descent has steps, as
/// many parameters, the same optimisers.
struct ConventionalTraining {
  let images: PreparedImages
  let model: ModelOptions
  let training: TrainingOptions
  let setting: Setting
  /// The parameters to come closest to.
  let parameterCount: Int

  /// How many updates fit in some seconds: a few on a throw-away copy tell.
  func updateCount(in seconds: Double) throws -> Int {
    let trial = 200
    _ = try trained(updateCount: trial / 3)
    let trialSeconds = try trained(updateCount: trial).seconds
    return max(1, min(1_000_000_000, Int(min(1e9, seconds / trialSeconds * Double(trial)))))
  }

  /// The trained model and the seconds it took.
  func trained(updateCount: Int) throws -> (model: ConventionalTransformer<Float>, seconds: Double) {
    let schedule = try TrainingSchedule(images: images, training: training, updateCount: updateCount)
    var loop = try loop(schedule)
    let visibleWeight = Float(training.visibleWeight)
    let seconds = try Trainer(images: images, training: training, schedule: schedule).run(
      &loop, metricsPath: nil, checkpointPath: nil, options: [:], secondsBefore: 0
    ) { model, batch, images, _ in
      let completed = model.completed(
        batch.patches.sliced(axis: 0, images), masked: batch.replaced.sliced(axis: 0, images))
      return batch.loss(completed, of: images, visibleWeight: visibleWeight)
    }
    return (loop.model, seconds)
  }

  /// How many parameters it has.
  var actualParameterCount: Int { initialModel.parameterCount }

  private var initialModel: ConventionalTransformer<Float> {
    let configuration = ConventionalTransformerConfiguration(
      patchSize: images.grid.patchLength, gridHeight: images.grid.height / images.grid.patchSize,
      gridWidth: images.grid.width / images.grid.patchSize, dimension: model.dimension,
      headCount: model.heads, keySize: model.keySize, hiddenSize: model.memories, repeats: model.steps
    ).withHiddenSize(closestTo: parameterCount)
    return ConventionalTransformer<Float>(
      configuration, standardDeviation: setting.weightDeviation,
      random: RandomStream(seed: training.seed).child(0))
  }

  private func loop(
    _ schedule: TrainingSchedule
  ) throws -> TrainingLoop<ConventionalTransformer<Float>, Void> {
    let model = initialModel
    // The same optimisers: Muon for the block's matrices, AdamW for the rest.
    let matrices = ParameterSelection(
      names: zip(model.parameters.names, model.parameters.values)
        .filter { $0.hasPrefix("block") && $1.rank == 2 }.map(\.0))
    let decayed = ParameterSelection(
      names: zip(model.parameters.names, model.parameters.values)
        .filter { !$0.hasPrefix("block") && $0 != "positions" && $1.rank == 2 }.map(\.0))
    let optimizer = try GroupedOptimizer<Float>(
      [
        ParameterGroup(
          "matrices", matrices, Muon(weightDecay: WeightDecay(setting.weightDecay)),
          learningRateFactor: setting.muonRate),
        ParameterGroup(
          "others", ParameterSelection.all.excluding(matrices),
          AdamW(secondDecay: 0.99, weightDecay: WeightDecay(setting.weightDecay, on: decayed)),
          learningRateFactor: setting.rate),
      ], for: model.parameters)
    return TrainingLoop(
      model: model, optimizer: optimizer, schedule: schedule.rates, random: RandomStream(seed: training.seed),
      gradientNormLimit: 1)
  }

  /// The mean squared error over hidden pixels of the images under test, clamped to 0 ... 1.
  func error(of model: ConventionalTransformer<Float>) -> Double {
    var errors: [Double] = []
    for start in stride(from: 0, to: images.test.count, by: 200) {
      let range = start..<min(start + 200, images.test.count)
      let patches = images.patches(images.test.batch(at: Array(range)))
      let prediction = images.pixels(of: model.completed(patches, masked: images.replaced(range)))
      errors += hiddenErrors(
        clampedToPixels(prediction), images.pixels(images.test, range), images.hiddenPixels(range))
    }
    return errors.reduce(0, +) / Double(errors.count)
  }
}
