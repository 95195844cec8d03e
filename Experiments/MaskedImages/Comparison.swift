import EnergyTransformer
import Foundation
import MaskedImageData

/// A conventional transformer on the same task: block shared over as many repeats as the descent has steps, as many
/// parameters, as much training time.
struct Comparison {
  let error: Double
  let parameterCount: Int
  let updateCount: Int
  let trainSeconds: Double
  /// When an earlier run measured it; nil for this run.
  var recorded: Date?

  /// Names in the summary of a run record.
  var summary: [String: Double] {
    [
      "transformer_mse": error, "transformer_parameter_count": Double(parameterCount),
      "transformer_updates": Double(updateCount), "transformer_train_seconds": trainSeconds,
    ].merging(recorded.map { ["transformer_recorded": $0.timeIntervalSince1970] } ?? [:]) { $1 }
  }

  /// The figure of an earlier run with the same options, from the record in the output folder; nil where none is.
  static func recorded(in folder: String, options: [String: String]) throws -> Comparison? {
    guard FileManager.default.fileExists(atPath: "\(folder)/run.json") else { return nil }
    let record = try RunRecord.read(from: "\(folder)/run.json")
    func count(_ name: String) -> Int? { record.summary[name].flatMap { Int(exactly: $0) } }
    guard options.allSatisfy({ record.options[$0.key] == $0.value }),
      let error = record.summary["transformer_mse"],
      let parameters = count("transformer_parameter_count"),
      let updates = count("transformer_updates"),
      let seconds = record.summary["transformer_train_seconds"], (0...1e9).contains(seconds)
    else { return nil }
    return Comparison(
      error: error, parameterCount: parameters, updateCount: updates, trainSeconds: seconds,
      recorded: record.summary["transformer_recorded"].map { Date(timeIntervalSince1970: $0) } ?? record.date)
  }

  /// Trains one for about `seconds`: a few updates on a throw-away copy tell how many fit.
  static func trained(
    images: PreparedImages, model: ModelOptions, training: TrainingOptions, seconds: Double,
    parameterCount: Int
  ) throws -> Comparison {
    let configuration = ConventionalTransformerConfiguration(
      patchSize: images.grid.patchLength, gridHeight: images.grid.height / images.grid.patchSize,
      gridWidth: images.grid.width / images.grid.patchSize, dimension: model.dimension,
      headCount: model.heads, keySize: model.keySize, hiddenSize: model.memories, repeats: model.steps
    ).withHiddenSize(closestTo: parameterCount)
    let trial = 200
    print("Training the conventional transformer: a trial, then as many updates as fit in the same time.")
    var warmUp = try loop(configuration, training, TrainingSchedule(images: images, training: training))
    _ = try run(&warmUp, images, training, updateCount: trial / 3)
    var timed = try loop(configuration, training, TrainingSchedule(images: images, training: training))
    let trialSeconds = try run(&timed, images, training, updateCount: trial)
    let updateCount = max(1, Int(seconds / trialSeconds * Double(trial)))
    var final = try loop(
      configuration, training, TrainingSchedule(images: images, training: training, updateCount: updateCount))
    let trainSeconds = try run(&final, images, training, updateCount: updateCount)
    return Comparison(
      error: error(of: final.model, images), parameterCount: final.model.parameterCount,
      updateCount: updateCount, trainSeconds: trainSeconds)
  }

  private static func loop(
    _ configuration: ConventionalTransformerConfiguration, _ training: TrainingOptions,
    _ schedule: TrainingSchedule
  ) throws -> TrainingLoop<ConventionalTransformer<Float>, Void> {
    let model = ConventionalTransformer<Float>(
      configuration, standardDeviation: training.weightDeviation,
      random: RandomStream(seed: training.seed).child(0))
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
          "matrices", matrices, Muon(weightDecay: WeightDecay(0.05)), learningRateFactor: training.muonRate),
        ParameterGroup(
          "others", ParameterSelection.all.excluding(matrices),
          AdamW(secondDecay: 0.99, weightDecay: WeightDecay(0.05, on: decayed)),
          learningRateFactor: training.rate),
      ], for: model.parameters)
    return TrainingLoop(
      model: model, optimizer: optimizer, schedule: schedule.rates, random: RandomStream(seed: training.seed),
      gradientNormLimit: 1)
  }

  private static func run(
    _ loop: inout TrainingLoop<ConventionalTransformer<Float>, Void>, _ images: PreparedImages,
    _ training: TrainingOptions, updateCount: Int
  ) throws -> Double {
    let schedule = try TrainingSchedule(images: images, training: training, updateCount: updateCount)
    let visibleWeight = Float(training.visibleWeight)
    return try Trainer(images: images, training: training, schedule: schedule).run(
      &loop, metricsPath: nil, checkpointPath: nil, options: [:], secondsBefore: 0
    ) { model, batch, images, _ in
      let completed = model.completed(
        batch.patches.sliced(axis: 0, images), masked: batch.replaced.sliced(axis: 0, images))
      return batch.loss(completed, of: images, visibleWeight: visibleWeight)
    }
  }

  private static func error(of model: ConventionalTransformer<Float>, _ images: PreparedImages) -> Double {
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
