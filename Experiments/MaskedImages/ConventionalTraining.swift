import Baselines
import EnergyTransformer
import Kit

/// Trains a conventional transformer on the same task: a block shared over as many repeats as the descent has steps, as
/// many parameters, the same optimisers.
struct ConventionalTraining {
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
    let plan = try ImageTrainingPlan(images: images, training: run.training, updateCount: updateCount)
    let (model, setting) = (initialModel, run.setting)
    // The optimisers of the Energy Transformer: Muon for the block's matrices, AdamW for all other parameters.
    let weights = zip(model.parameters.names, model.parameters.values).filter { $1.rank == 2 }.map(\.0)
    let optimizer = try GroupedOptimizer<Float>.matricesByMuon(
      ParameterSelection(names: weights.filter { $0.hasPrefix("block") }), for: model,
      decayingOthers: ParameterSelection(
        names: weights.filter { !$0.hasPrefix("block") && $0 != "positions" }),
      matrixRate: setting.muonRate, rate: setting.rate, weightDecay: setting.weightDecay)
    var loop = TrainingLoop(
      model: model, optimizer: optimizer, schedule: plan.rates, random: random, gradientNormLimit: 1)
    return try plan.trained(&loop) { model, patches, masked, _ in model.completed(patches, masked: masked) }
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

  /// The mean squared error over hidden pixels of the images under test.
  func error(of model: ConventionalTransformer<Float>) -> Double {
    let errors = images.testBatches(of: 200).flatMap { range in
      let patches = images.patches(images.test.batch(at: Array(range)))
      return images.errors(of: model.completed(patches, masked: images.replaced(range)), range)
    }
    return errors.reduce(0, +) / Double(errors.count)
  }
}
