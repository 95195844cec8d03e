import ArgumentParser
import EnergyTransformer
import Foundation
import Kit
import Reporting

/// How well does a model predict text whose every position descends an energy of its own past, and what falls on the way?
@main
struct Language: ExperimentCommand {
  static let configuration = CommandConfiguration(
    commandName: "language",
    abstract: "Train causal models to predict the next character, by descents of energies and otherwise.",
    version: SoftwareVersions.library)

  @OptionGroup(title: "Data") var data: DataOptions
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Samples") var samples: SampleOptions
  @OptionGroup(title: "Watching") var events: EventOptions
  @OptionGroup(title: "Output") var output: RunOptions<Language>
  @OptionGroup(title: "Output") var resumption: ResumeOption

  mutating func run() throws {
    if let threads = output.threads { Parallelism.threadCount = threads }
    if output.quick {
      (model.dimension, model.heads, model.keySize, model.memories) = (16, 2, 8, 24)
      (model.steps, model.context) = (3, 24)
      (training.updates, training.batch, training.trials) = (4, 4, min(training.trials, 1))
      (data.sequences, data.questions, samples.characters) = (4, 4, 30)
    }
    let task = try LanguageTask(data, seed: output.seed, withSelection: false)
    try task.check(length: model.context, path: data.data)
    var record = RunRecord(of: self, title: "Language by descent: \(task.name)", seed: output.seed)
    record.data = try task.fingerprint(data.data)
    let parts = FinishedParts<LanguagePart>.path(inFolder: output.output)
    try record.prepareFolder(output.output, output.writing, resumingFrom: resumption.file(parts))
    let options = recordedOptions.leavingOut("threads")
      .merging(["data-sha256": record.data.map(\.sha256).joined(separator: " ")]) { $1 }
    let runs = LanguageRuns(
      data: data, model: model, training: training, samples: samples, seed: output.seed,
      folder: output.output, events: events, options: options, isResuming: resumption.resume,
      finished: try FinishedParts(
        inFolder: output.output, options: options, isResuming: resumption.resume))
    let (results, masked) = try record.timed("train_and_evaluate") { try runs.results() }
    let descents = try record.timed("descents") {
      try runs.energyModel().map { try Descents(of: $0, task, context: model.context) }
    }
    record.headline = [
      "validation_nats", "conventional_nats", "conventional_shared_nats", "recurrent_nats", "ngram_nats",
      "accuracy", "conventional_accuracy", "share_own_moves_fell", "share_net_fell",
    ]
    try Report(
      task: task, model: model, training: training, samples: samples, results: results, masked: masked,
      descents: descents
    ).report(record).publish(in: output.output)
  }
}
