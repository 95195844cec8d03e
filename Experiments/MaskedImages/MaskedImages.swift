import ArgumentParser
import EnergyTransformer
import Foundation
import Kit

/// How well does an Energy Transformer complete masked images, and does its energy fall on the way?
@main
struct MaskedImages: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "masked-images",
    abstract: "Train an Energy Transformer to complete masked images; write tables, curves and pictures.")

  @OptionGroup(title: "Data") var data: DataOptions
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    if output.compare && model.dimension % 4 != 0 {
      throw ValidationError("--compare needs a --dimension divisible by 4, not \(model.dimension)")
    }
  }

  mutating func run() throws {
    if let threads = training.threads { Parallelism.threadCount = threads }
    let started = Date()
    try OutputFolder.prepare(output.output)
    try OutputFolder.prepare(URL(fileURLWithPath: output.checkpointPath).deletingLastPathComponent().path)
    var record = RunRecord(
      experiment: "masked-images", title: "Masked images", options: recordedOptions, seed: training.seed)
    record.versions["matrix_library"] = SystemLibraries.matrixProducts
    record.versions["vector_unit"] = SystemLibraries.vectorUnit
    // Everything that can fail without a trained model comes before training.
    let images = try PreparedImages(data, seed: training.seed)
    record.data = try images.fingerprints()
    // The images under test by their pixels too: the record of a folder of images tells its training part alone.
    let tested = DataFingerprint(
      name: "images under test", path: "", count: images.test.count, hashing: images.test.pixels)
    let key = ComparisonRecord.Key(
      options: comparisonTexts, data: (record.data + [tested]).map(\.sha256), commit: record.commit)
    var compared = try comparisonBefore(key)
    if output.compare, output.trials > 1 { try Comparison.checkTrials(images, training) }
    let baselines = try BaselineErrors(images)
    let run = EnergyTraining(images: images, model: model, training: training, output: output)
    let trained = try run.trainedModel(options: optionTexts, data: record.data)
    let evaluation = try Evaluation(model: trained.model, images: images, settings: run.settings)
    if output.compare {
      let comparison = Comparison(
        images: images, model: model, training: training, output: output,
        parameterCount: trained.model.parameterCount, settings: settings)
      compared.record = try comparison.completed(
        compared.record ?? ComparisonRecord(key: key),
        beside: .init(
          seconds: trained.seconds, updates: trained.updates,
          error: evaluation.error(at: evaluation.errors.count - 1)))
    }
    let reported = try compared.record.flatMap {
      try ReportedComparison(
        $0, settings: settings, seeds: output.seeds, trialShare: output.trialShare,
        isRecorded: !output.compare)
    }
    record.timings = [
      "train": trained.seconds, "evaluate": evaluation.seconds, "baselines": baselines.seconds,
      "total": Date().timeIntervalSince(started),
    ]
    let report = Report(
      options: optionTexts, images: images, model: trained.model, evaluation: evaluation,
      baselines: baselines, comparison: reported, comparisonNote: compared.note,
      trainSeconds: trained.seconds, updateCount: trained.updates,
      settings: run.settings)
    try report.write(record, to: output.output)
  }

  /// The settings that both methods of a comparison try, that of the options first.
  private var settings: [Setting] {
    Setting.trials(output.trials, first: training.setting, seed: training.seed)
  }

  /// A comparison that was made before and holds for this run; otherwise why there is none.
  private func comparisonBefore(
    _ key: ComparisonRecord.Key
  ) throws -> (record: ComparisonRecord?, note: String?) {
    let none = "No conventional transformer was trained with these options; --compare trains one."
    if output.compare && !output.resume { return (nil, nil) }
    guard let found = try ComparisonRecord.read(fromFolder: output.output) else { return (nil, none) }
    var reason = found.mismatch(key, goesOn: output.compare)
    if !output.compare, !found.isComplete(seeds: output.seeds) { reason = reason ?? "it is not complete" }
    guard let reason else { return (found, nil) }
    let note = "The recorded comparison with a conventional transformer was not used: \(reason)."
    print(note)
    return (nil, output.compare ? nil : note + " --compare makes one.")
  }

  /// Every option, by name.
  private var recordedOptions: [String: String] {
    comparisonTexts.merging([
      "threads": "\(Parallelism.threadCount)", "compare": "\(output.compare)", "resume": "\(output.resume)",
      "evaluate-only": "\(output.evaluateOnly)",
    ]) { $1 }
  }

  /// The options that determine a comparison, by name.
  private var comparisonTexts: [String: String] {
    optionTexts.merging([
      "seeds": "\(output.seeds)", "trials": "\(output.trials)", "trial-share": "\(output.trialShare)",
    ]) { $1 }
  }

  /// The options that determine the result, by name.
  var optionTexts: [String: String] {
    [
      "data": data.data.map { URL(fileURLWithPath: $0).lastPathComponent } ?? "embedded digits",
      "patch": "\(data.patch)", "mask": "\(data.mask)", "kept": "\(data.kept)",
      "validation": "\(data.validation)", "test-images": "\(data.testImages)", "augment": "\(data.augment)",
      "dimension": "\(model.dimension)", "heads": "\(model.heads)", "key-size": "\(model.keySize)",
      "memories": "\(model.memories)", "blocks": "\(model.blocks)", "steps": "\(model.steps)",
      "step-size": "\(model.stepSize)", "epochs": "\(training.epochs)", "batch": "\(training.batch)",
      "seed": "\(training.seed)", "muon-rate": "\(training.muonRate)", "rate": "\(training.rate)",
      "visible-weight": "\(training.visibleWeight)", "weight-deviation": "\(training.weightDeviation)",
      "short-share": "\(training.shortShare)",
    ]
  }
}
