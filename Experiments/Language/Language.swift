import ArgumentParser
import EnergyTransformer
import Foundation
import Kit
import Reporting

/// How well does a model predict text whose every token descends an energy of its own past, and what falls on the way?
@main
struct Language: ExperimentCommand {
  static let configuration = CommandConfiguration(
    commandName: "language",
    abstract: "Train an Energy Transformer on text or a generated language, beside conventional models.",
    version: SoftwareVersions.library)

  @OptionGroup(title: "Data") var data: DataOptions
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Comparison") var comparison: ComparisonOptions
  @OptionGroup(title: "Looking at trained models") var looks: LookOptions
  @OptionGroup(title: "Watching") var watching: WatchOptions
  @OptionGroup(title: "Output") var output: RunOptions<Language>
  @OptionGroup(title: "Output") var resumption: ResumeOption

  func validate() throws { try comparison.check(masked: data.masked) }

  mutating func run() throws {
    if let threads = output.threads { Parallelism.threadCount = threads }
    if output.quick { makeQuick() }
    let task = try LanguageTask(data, context: model.context, symbolLimit: output.quick ? 4_000 : nil)
    var record = RunRecord(
      of: self, title: data.masked ? "Language, masked: \(task.name)" : "Language: \(task.name)",
      seed: output.seed, data: task.fingerprints)
    try record.prepareFolder(
      output.output, output.writing,
      resumingFrom: resumption.file(FinishedParts<FinishedPart>.path(inFolder: output.output)))
    // A resumed run may add methods to those that are there.
    let options = recordedOptions.leavingOut("threads", "methods")
      .merging(["data-sha256": record.data.map(\.sha256).joined(separator: " ")]) { $1 }
    let parts = try FinishedParts<FinishedPart>(
      inFolder: output.output, options: options, isResuming: resumption.resume)
    let sizes = NetworkSizes(symbolCount: task.symbolCount, isCausal: !data.masked, model: model)
    remark(
      "\(task.name): \(task.symbolCount) different \(task.unit)s, \(sizes.energy.parameterCount) parameters.")
    let run = MethodsRun(
      task: task, sizes: sizes, training: training, comparison: comparison, looks: looks,
      watching: watching, seed: output.seed, folder: output.output, options: options,
      isResuming: resumption.resume, parts: parts)
    let (results, analysis, seconds) = try parts.stoppable {
      let results = try run.results()
      guard !results.all.isEmpty else {
        throw ExperimentError("no training kept to the finite numbers: \(listed(results.failures))")
      }
      let (analysis, seconds) = try Stopwatch.timed {
        results[.energy] == nil
          ? nil
          : try EnergyAnalysis(
            of: run.energyNetwork(), task, settings: sizes.settings, windows: looks.windows)
      }
      return (results, analysis, seconds)
    }
    // The seconds of methods that an interrupted run finished count too.
    record.timings = [
      "train": results.all.reduce(0) { $0 + $1.result.seconds },
      "total": results.all.reduce(seconds) { $0 + $1.result.allSeconds },
    ]
    let report = Report(
      task: task, sizes: sizes, training: training, comparison: comparison, looks: looks, seed: output.seed,
      results: results, analysis: analysis, folder: output.output, material: task.material(.result))
    record.headline = report.headline
    try report.report(record).publish(in: output.output)
  }

  /// Enough to see that everything works.
  private mutating func makeQuick() {
    data.makeQuick()
    model.makeQuick()
    (training.updates, training.batch) = (
      training.updates > 0 ? min(training.updates, 6) : 4, min(training.batch, 4)
    )
    (comparison.trials, looks.windows) = (min(comparison.trials, 2), min(looks.windows, 3))
    looks.sampleLength = min(looks.sampleLength, 40)
  }
}
