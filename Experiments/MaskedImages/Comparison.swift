import EnergyTransformer
import Foundation
import Kit
import Reporting

/// An Energy Transformer beside a conventional transformer of the same size and training time: the same trials of settings
/// for both, judged on held-back training images, then the same seeds with what was chosen.
struct Comparison {
  /// How the page's own model is trained.
  let run: EnergyTraining
  let output: OutputOptions
  /// The settings that both methods try.
  let settings: [Setting]

  /// Completes a record; what it holds already is kept. The page's own model with its error is the Energy Transformer's
  /// first seed where the setting of the options is chosen.
  func completed(
    _ record: ComparisonRecord, beside own: TrainedModel<ImageEnergyTransformer<Float>>, error: Double
  ) throws -> ComparisonRecord {
    var record = record
    let parameterCount = own.model.parameterCount
    record.energyUpdates = record.energyUpdates ?? own.updates
    if record.transformerUpdates == nil {
      remark("Comparison: how many updates of the conventional transformer fit in the same time.")
      let timed = ConventionalTraining(run: run, parameterCount: parameterCount)
      record.transformerUpdates = try timed.updateCount(in: own.seconds)
      record.transformerParameters = timed.actualParameterCount
      try write(&record)
    }
    if settings.count > 1 { try tune(&record, parameterCount) }
    for seed in 0..<output.seeds {
      for method in ComparedMethod.allCases where record.training(method, seed: seed) == nil {
        var run = run
        guard let setting = settings.count > 1 ? record.chosenTrial(method)?.setting : settings[0] else {
          throw ExperimentError("comparison: no trial of the \(method.title) kept to the finite numbers")
        }
        run.setting = setting
        run.training.seed &+= UInt64(seed)
        var found = ComparisonRecord.Training(
          method: method, seed: seed, setting: run.setting, updates: own.updates, seconds: own.seconds,
          error: error)
        if method == .transformer || seed > 0 || run.setting != self.run.setting {
          remark("Comparison: \(method.title), seed \(seed + 1) of \(output.seeds).")
          found.updates = record.updates(of: method)
          let result = try measured(method, run, parameterCount, updates: found.updates)
          guard let error = result.error else {
            throw ExperimentError(
              "comparison: \(method.title), \(run.setting.text), left the finite numbers")
          }
          (found.seconds, found.error) = (result.seconds, error)
        }
        record.trainings.append(found)
        try write(&record)
      }
    }
    return record
  }

  /// Checks before any work that trials can be made of these images.
  func checkTrials() throws { _ = try ImageTrainingPlan(images: heldBack(), training: run.training) }

  /// Some training images, as many as a tenth of them, set aside to judge trials by.
  private func heldBack() throws -> PreparedImages {
    let count = min(1_000, max(1, run.images.training.count / 10))
    return try run.images.testing(onTrainingImages: count, learning: false)
  }

  /// Both methods try every setting on the training images without a part that is held back. Images under test play no
  /// part.
  private func tune(_ record: inout ComparisonRecord, _ parameterCount: Int) throws {
    var run = run
    run.images = try heldBack()
    record.heldBack = run.images.test.count
    for method in ComparedMethod.allCases {
      let updates = max(1, Int((output.trialShare * Double(record.updates(of: method))).rounded()))
      for (index, setting) in settings.enumerated() where record.trial(method, index) == nil {
        remark("Comparison: \(method.title), trial \(index + 1) of \(settings.count).")
        run.setting = setting
        let found = try measured(method, run, parameterCount, updates: updates)
        record.trials.append(
          .init(method: method, trial: index, setting: setting, updates: updates, error: found.error))
        try write(&record)
      }
    }
  }

  /// Trains a method and judges it on the images under test of a run; no error where it left the finite numbers.
  private func measured(
    _ method: ComparedMethod, _ run: EnergyTraining, _ parameterCount: Int, updates: Int
  ) throws -> (error: Double?, seconds: Double) {
    let started = Date()
    do {
      let (error, seconds): (Double, Double)
      switch method {
      case .energyTransformer:
        let found = try run.trained(updateCount: updates)
        let evaluation = try Evaluation(model: found.model, images: run.images, settings: run.model.descent)
        (error, seconds) = (evaluation.lastError, found.seconds)
      case .transformer:
        let other = ConventionalTraining(run: run, parameterCount: parameterCount)
        let found = try other.trained(updateCount: updates)
        (error, seconds) = (other.error(of: found.model), found.seconds)
      }
      return (error.isFinite ? error : nil, seconds)
    } catch  where error is NonFiniteValue || error is DescentFailure {
      return (nil, Date().timeIntervalSince(started))
    }
  }

  private func write(_ record: inout ComparisonRecord) throws {
    record.date = Date()
    try record.write(toFolder: output.output)
  }
}
