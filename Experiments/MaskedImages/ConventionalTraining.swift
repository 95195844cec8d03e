import EnergyTransformer
import Kit

/// Trains a conventional transformer on the same task: a block shared over as many repeats as the descent has steps, as
/// many parameters, the same optimisers.
struct ConventionalTraining: ComparedTraining {
  /// How the Energy Transformer is trained.
  let run: EnergyTraining
  /// The parameters to come closest to.
  let parameterCount: Int

  private var images: PreparedImages { run.images }
  private var random: RandomStream { RandomStream(seed: run.training.seed) }

  /// How many updates fit in some seconds: a few on a throw-away copy tell.
  func updateCount(in seconds: Double) throws -> Int {
    let trial = 200
    _ = try trained(updateCount: trial / 3)
    let trialSeconds = try trained(updateCount: trial).seconds
    return max(1, min(1_000_000_000, Int(min(1e9, seconds / trialSeconds * Double(trial)))))
  }

  func trained(updateCount: Int) throws -> TrainedModel<ConventionalTransformer<Float>> {
    let trainer = try Trainer(images: images, training: run.training, updateCount: updateCount)
    let (model, setting) = (initialModel, run.setting)
    let weights = zip(model.parameters.names, model.parameters.values).filter { $1.rank == 2 }.map(\.0)
    let optimizer = try setting.optimizer(
      for: model.parameters, matrices: ParameterSelection(names: weights.filter { $0.hasPrefix("block") }),
      decayed: ParameterSelection(names: weights.filter { !$0.hasPrefix("block") && $0 != "positions" }),
      muon: Muon(weightDecay: WeightDecay(setting.weightDecay)))
    var loop = TrainingLoop(
      model: model, optimizer: optimizer, schedule: trainer.rates, random: random, gradientNormLimit: 1)
    let visibleWeight = Float(run.training.visibleWeight)
    let seconds = try trainer.run(&loop, files: nil) { model, batch, images, _ in
      let completed = model.completed(
        batch.patches.sliced(axis: 0, images), masked: batch.replaced.sliced(axis: 0, images))
      return batch.loss(completed, of: images, visibleWeight: visibleWeight)
    }
    return TrainedModel(model: loop.model, seconds: seconds, updates: updateCount)
  }

  /// How many parameters it has.
  var actualParameterCount: Int { initialModel.parameterCount }

  private var initialModel: ConventionalTransformer<Float> {
    let model = run.model
    let configuration = ConventionalTransformerConfiguration(
      patchSize: images.grid.patchLength, gridHeight: images.grid.height / images.grid.patchSize,
      gridWidth: images.grid.width / images.grid.patchSize, dimension: model.dimension,
      headCount: model.heads, keySize: model.keySize, hiddenSize: model.memories, repeats: model.steps
    ).withHiddenSize(closestTo: parameterCount)
    return ConventionalTransformer<Float>(
      configuration, standardDeviation: run.setting.weightDeviation, random: random.child(0))
  }

  func error(of model: ConventionalTransformer<Float>) -> Double {
    let errors = images.testBatches(of: 200).flatMap { range in
      let patches = images.patches(images.test.batch(at: Array(range)))
      let prediction = images.pixels(of: model.completed(patches, masked: images.replaced(range)))
      return hiddenErrors(
        clampedToPixels(prediction), images.pixels(images.test, range), images.hiddenPixels(range))
    }
    return errors.reduce(0, +) / Double(errors.count)
  }
}
