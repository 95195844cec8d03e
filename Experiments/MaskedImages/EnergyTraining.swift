import EnergyTransformer
import Foundation

/// Trains the image Energy Transformer, or loads one.
struct EnergyTraining {
  let images: PreparedImages
  let model: ModelOptions
  let training: TrainingOptions
  let output: OutputOptions

  /// How the trained model descends.
  var settings: DescentSettings { DescentSettings(steps: model.steps, stepSize: model.stepSize) }

  /// The trained model and how long training took in all.
  func trainedModel(
    options: [String: String]
  ) throws -> (model: ImageEnergyTransformer<Float>, seconds: Double) {
    let schedule = try TrainingSchedule(images: images, training: training)
    var loop = TrainingLoop(
      model: initialModel(), optimizer: try optimizer(initialModel().parameters), schedule: schedule.rates,
      random: RandomStream(seed: training.seed), curriculum: curriculum, gradientNormLimit: 1)
    var secondsBefore = 0.0
    if output.resume || output.evaluateOnly {
      secondsBefore = try restore(&loop, options)
    }
    if output.evaluateOnly { return (loop.model, secondsBefore) }
    let trainer = Trainer(images: images, training: training, schedule: schedule)
    let visibleWeight = Float(training.visibleWeight)
    let seconds = try trainer.run(
      &loop, metricsPath: "\(output.output)/metrics.csv", checkpointPath: output.checkpointPath,
      options: options, secondsBefore: secondsBefore
    ) { model, batch, settings in
      batch.loss(
        model.completion(patches: batch.patches, masked: batch.replaced, settings: settings),
        visibleWeight: visibleWeight)
    }
    return (loop.model, seconds)
  }

  private func restore(
    _ loop: inout TrainingLoop<ImageEnergyTransformer<Float>, DescentSettings>, _ options: [String: String]
  ) throws -> Double {
    let checkpoint = try TrainingCheckpoint<Float>(contentsOf: output.checkpointPath)
    for (name, value) in options.sorted(by: { $0.key < $1.key }) where name != "test-images" {
      if let stored = checkpoint.options[name], stored != value {
        throw CheckpointMismatch(
          description: "\(output.checkpointPath): trained with --\(name) \(stored), not \(value)")
      }
    }
    try loop.restore(from: checkpoint)
    return checkpoint.options["train-seconds"].flatMap(Double.init) ?? 0
  }

  private func initialModel() -> ImageEnergyTransformer<Float> {
    var block = EnergyTransformerConfiguration(
      dimension: model.dimension, headCount: model.heads, keySize: model.keySize, memoryCount: model.memories)
    block.attentionDeviation = training.weightDeviation
    block.memoryDeviation = training.weightDeviation
    var configuration = ImageEnergyTransformerConfiguration(block: block, grid: images.grid)
    configuration.blockCount = model.blocks
    configuration.encoderDeviation = 1 / Double(images.grid.patchLength).squareRoot()
    configuration.positions = .sineCosine(lowest: 0.2, highest: 2.5)
    var random = RandomStream(seed: training.seed).child(0)
    return ImageEnergyTransformer(configuration, using: &random)
  }

  /// Muon for the matrices of the energies, AdamW for the rest.
  private func optimizer(_ parameters: ParameterValues<Float>) throws -> GroupedOptimizer<Float> {
    let matrices = ParameterSelection { $0.hasSuffix("Weights") || $0.hasSuffix("memories") }
    let muon = Muon<Float>(weightDecay: WeightDecay(0.05)) { name, _ in
      name.hasSuffix("memories") ? .transposed : MatrixView(rowAxisCount: 2)
    }
    let decayed = ParameterSelection { $0.hasSuffix(".weights") }
    let adam = AdamW<Float>(secondDecay: 0.99, weightDecay: WeightDecay(0.05, on: decayed))
    return try GroupedOptimizer(
      [
        ParameterGroup("matrices", matrices, muon, learningRateFactor: training.muonRate),
        ParameterGroup(
          "others", ParameterSelection.all.excluding(matrices), adam, learningRateFactor: training.rate),
      ], for: parameters)
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
