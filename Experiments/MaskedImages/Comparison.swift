import EnergyTransformer
import Foundation
import Kit

/// An Energy Transformer beside a conventional transformer of the same size and training time: the same trials of settings
/// for both, judged on held-back training images, then the same seeds with what was chosen.
struct Comparison {
  let images: PreparedImages
  let model: ModelOptions
  let training: TrainingOptions
  let output: OutputOptions
  let parameterCount: Int
  /// The settings that both methods try.
  let settings: [Setting]

  /// The page's own model, which is the Energy Transformer's first seed where the setting of the options is chosen.
  struct Trained {
    let seconds: Double
    let updates: Int
    let error: Double
  }

  /// Completes a record; what it holds already is kept.
  func completed(_ record: ComparisonRecord, beside own: Trained) throws -> ComparisonRecord {
    var record = record
    try prepare(&record, beside: own)
    if settings.count > 1 { try tune(&record) }
    for seed in 0..<output.seeds {
      for method in ComparedMethod.allCases where record.training(method, seed: seed) == nil {
        let setting = try chosen(method, record)
        let found: ComparisonRecord.Training
        if method == .energyTransformer, seed == 0, setting == training.setting {
          found = .init(
            method: method, seed: 0, setting: setting, updates: own.updates, seconds: own.seconds,
            error: own.error)
        } else {
          print("Comparison: \(method.title), seed \(seed + 1) of \(output.seeds).")
          let updates = updates(of: method, record)
          let result = try trained(method, setting, on: images, training.withSeed(seed), updates: updates)
          guard let error = result.error else {
            throw ComparisonFault(
              description: "comparison: \(method.title), \(setting.text), left the finite numbers")
          }
          found = .init(
            method: method, seed: seed, setting: setting, updates: updates, seconds: result.seconds,
            error: error)
        }
        record.trainings.append(found)
        try write(&record)
      }
    }
    return record
  }

  /// Some training images, as many as a tenth of them, set aside to judge trials by.
  static func heldBack(_ images: PreparedImages) throws -> PreparedImages {
    try images.holdingBack(min(1_000, max(1, images.training.count / 10)))
  }

  /// Checks before any work that trials can be made of these images.
  static func checkTrials(_ images: PreparedImages, _ training: TrainingOptions) throws {
    _ = try TrainingSchedule(images: heldBack(images), training: training)
  }

  private func prepare(_ record: inout ComparisonRecord, beside own: Trained) throws {
    record.energyUpdates = record.energyUpdates ?? own.updates
    if record.transformerUpdates == nil {
      print("Comparison: how many updates of the conventional transformer fit in the same time.")
      let timed = conventional(images, training, training.setting)
      record.transformerUpdates = try timed.updateCount(in: own.seconds)
      record.transformerParameters = timed.actualParameterCount
      try write(&record)
    }
  }

  /// Both methods try every setting on the training images without a part that is held back. Images under test play no
  /// part.
  private func tune(_ record: inout ComparisonRecord) throws {
    let held = try Self.heldBack(images)
    record.heldBack = held.test.count
    for method in ComparedMethod.allCases {
      let updates = max(1, Int((output.trialShare * Double(self.updates(of: method, record))).rounded()))
      for (index, setting) in settings.enumerated() where record.trial(method, index) == nil {
        print("Comparison: \(method.title), trial \(index + 1) of \(settings.count).")
        let found = try trained(method, setting, on: held, training, updates: updates)
        record.trials.append(
          .init(method: method, trial: index, setting: setting, updates: updates, error: found.error))
        try write(&record)
      }
    }
  }

  private func chosen(_ method: ComparedMethod, _ record: ComparisonRecord) throws -> Setting {
    guard settings.count > 1 else { return settings[0] }
    guard let trial = record.chosenTrial(method) else {
      throw ComparisonFault(
        description: "comparison: no trial of the \(method.title) kept to the finite numbers")
    }
    return trial.setting
  }

  private func updates(of method: ComparedMethod, _ record: ComparisonRecord) -> Int {
    (method == .energyTransformer ? record.energyUpdates : record.transformerUpdates) ?? 1
  }

  /// Trains a method and judges it on the images under test of `images`; no error where it left the finite numbers.
  private func trained(
    _ method: ComparedMethod, _ setting: Setting, on images: PreparedImages, _ training: TrainingOptions,
    updates: Int
  ) throws -> (error: Double?, seconds: Double) {
    let started = Date()
    func elapsed() -> Double { Date().timeIntervalSince(started) }
    do {
      switch method {
      case .energyTransformer:
        var run = EnergyTraining(images: images, model: model, training: training, output: output)
        run.setting = setting
        let found = try run.trained(updateCount: updates)
        let evaluation = try Evaluation(model: found.model, images: images, settings: run.settings)
        return (finite(evaluation.error(at: evaluation.errors.count - 1)), found.seconds)
      case .transformer:
        let run = conventional(images, training, setting)
        let found = try run.trained(updateCount: updates)
        return (finite(run.error(of: found.model)), found.seconds)
      }
    } catch is NonFiniteValue {
      return (nil, elapsed())
    } catch is DescentFailure {
      return (nil, elapsed())
    }
  }

  private func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }

  private func conventional(
    _ images: PreparedImages, _ training: TrainingOptions, _ setting: Setting
  ) -> ConventionalTraining {
    ConventionalTraining(
      images: images, model: model, training: training, setting: setting, parameterCount: parameterCount)
  }

  private func write(_ record: inout ComparisonRecord) throws {
    record.date = Date()
    try record.write(toFolder: output.output)
  }
}

extension ComparedMethod {
  /// What messages call it.
  var title: String { self == .energyTransformer ? "Energy Transformer" : "conventional transformer" }
}
