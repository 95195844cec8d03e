import ArgumentParser
import EnergyTransformer
import Foundation
import Kit
import Reporting

/// How well does an Energy Transformer complete masked images, and does its energy fall on the way?
@main
struct MaskedImages: ExperimentCommand {
  static let configuration = CommandConfiguration(
    commandName: "masked-images",
    abstract: "Train an Energy Transformer to complete masked images; write tables, curves and pictures.",
    version: SoftwareVersions.library)

  @OptionGroup(title: "Data") var data: ImageOptions
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Watching") var watching: WatchOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    if output.compare && model.dimension % 4 != 0 {
      throw ValidationError("--compare needs a --dimension divisible by 4, not \(model.dimension)")
    }
  }

  mutating func run() throws {
    if let threads = training.threads { Parallelism.threadCount = threads }
    if output.quick { makeQuick() }
    let started = Date()
    var record = RunRecord(of: self, title: "Masked images", seed: training.seed)
    // Everything that can fail without a trained model comes before training.
    let images = try PreparedImages(data, seed: training.seed, quick: output.quick)
    record.data = try images.fingerprints()
    try record.prepareFolder(
      output.output, output.writing, resumingFrom: output.resumption.file(output.checkpointPath),
      butFor: ["compare", "evaluate-only"])
    if !output.evaluateOnly {
      try OutputFolder.prepare(URL(fileURLWithPath: output.checkpointPath).deletingLastPathComponent().path)
    }
    // The images under test by their pixels too: the record of a folder of images tells its training part alone.
    let tested = DataFingerprint(
      name: "images under test", path: "", count: images.test.count, hashing: images.test.pixels)
    let key = RunIdentity(
      options: comparisonOptions, data: (record.data + [tested]).map(\.sha256), commit: record.commit)
    var compared = try comparisonBefore(key)
    let run = EnergyTraining(
      images: images, model: model, training: training, setting: training.setting, watching: watching)
    let settings = Setting.trials(output.trials, first: training.setting, seed: training.seed)
    let comparison = Comparison(run: run, output: output, settings: settings)
    if output.compare, output.trials > 1 { try comparison.checkTrials() }
    let evaluated =
      output.evaluateOnly
      ? try ReportedModel(evaluating: output.evaluatedPath, on: images, options: modelOptions) : nil
    let baselines = try BaselineErrors(images)
    let reported = try evaluated ?? trainedModel(by: run, record)
    let evaluation = try Evaluation(model: reported.model, images: images, settings: model.descent)
    if output.compare, let own = reported.own {
      compared.record = try StopSignal.ending(with: "stopped: go on with --compare --resume") {
        try comparison.completed(
          compared.record ?? ComparisonRecord(key: key), beside: own, error: evaluation.lastError)
      }
    }
    record.timings = [
      "evaluate": evaluation.seconds, "baselines": baselines.seconds,
      "total": Date().timeIntervalSince(started),
    ]
    record.timings["train"] = reported.seconds
    let report = Report(
      images: images, trained: reported, evaluation: evaluation, baselines: baselines,
      comparison: try compared.record.flatMap { try ReportedComparison($0, of: comparison) },
      comparisonNote: compared.note, settings: model.descent)
    try WeightsFile.write(reported.model, toFolder: output.output, metadata: reported.metadata)
    print("Energy fell at every step for \(report.shareFell) of \(images.test.count) images.")
    try report.report(record, in: output.output).publish(in: output.output)
  }

  /// Enough to see that everything works.
  private mutating func makeQuick() {
    data.makeQuick(testing: 40)
    training.epochs = min(training.epochs, 2)
    (output.seeds, output.trials) = (min(output.seeds, 2), min(output.trials, 2))
  }

  private func trainedModel(by run: EnergyTraining, _ record: RunRecord) throws -> ReportedModel {
    let facts = run.images.recordedOptions
    let data = ["data-sha256": record.data.map(\.sha256).joined(separator: " ")]
    let trained = try run.trainedModel(
      options: modelOptions.merging(data) { $1 }, facts: facts, output: output)
    return ReportedModel(trained, options: modelOptions, facts: facts)
  }

  /// A comparison that was made before and holds for this run; otherwise why there is none.
  private func comparisonBefore(
    _ key: RunIdentity
  ) throws -> (record: ComparisonRecord?, note: String?) {
    let none = "No conventional transformer was trained with these options; --compare trains one."
    if output.compare && !output.resume { return (nil, nil) }
    guard let found = try ComparisonRecord.read(fromFolder: output.output) else { return (nil, none) }
    var reason = found.key.difference(from: key, isContinuation: output.compare).map { "it was \($0)" }
    if !output.compare, !found.isComplete(seeds: output.seeds) { reason = reason ?? "it is not complete" }
    guard let reason else { return (found, nil) }
    let note = "The recorded comparison with a conventional transformer was not used: \(reason)."
    remark(note)
    return (nil, output.compare ? nil : note + " --compare makes one.")
  }

  /// The options that determine a comparison, by name.
  private var comparisonOptions: [String: String] {
    recordedOptions.leavingOut("threads", "compare", "evaluate-only")
  }

  /// The options that determine the weights, by name.
  private var modelOptions: [String: String] {
    comparisonOptions.leavingOut("seeds", "trials", "trial-share")
  }
}
