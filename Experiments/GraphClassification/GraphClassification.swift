import ArgumentParser
import EnergyTransformer
import Foundation
import Kit
import Reporting

/// How well does an Energy Transformer tell the class of a graph it has not seen?
@main
struct GraphClassification: ExperimentCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph-classification",
    abstract: "Train Energy Transformers to tell the class of graphs, fold by fold, beside simpler methods.",
    version: SoftwareVersions.library)

  @OptionGroup(title: "Data") var data: DataOptions
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Watching") var events: EventOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  mutating func run() throws {
    if let threads = training.threads { Parallelism.threadCount = threads }
    if output.quick { makeQuick() }
    let started = Date()
    let graphs = try PreparedGraphs(data, positionCount: model.positions, seed: training.seed)
    let name = graphs.collection.name
    let folder = output.output ?? "\(defaultOutput(Self.self))-\(name.lowercased())"
    remark(graphs.reading)
    var record = RunRecord(
      of: self, title: "Graph classification: \(name)", seed: training.seed, data: try graphs.fingerprints())
    // The options that determine the results.
    let options = recordedOptions.leavingOut("threads", "baselines")
      .merging(["data-sha256": record.data.map(\.sha256).joined(separator: " ")]) { $1 }
    try record.prepareFolder(
      folder, output.writing, resumingFrom: output.resumption.file("\(folder)/\(FoldResults.fileName)"))
    let methods = output.baselines ? Method.allCases : [.energyTransformer]
    let run = MethodsRun(
      graphs: graphs, model: model, training: training, output: folder, methods: methods,
      eventsFolder: events.folder(folder))
    let interrupted =
      output.resume
      ? try FoldResults.interrupted(
        inFolder: folder, options: options, folds: graphs.folds, plan: run.plan) : nil
    if output.resume && interrupted == nil {
      // A run that was killed before its first result left nothing to go on with.
      remark("\(folder)/\(FoldResults.fileName): no results yet, so the run begins at the beginning")
    }
    let results = try StopSignal.ending(
      with: "stopped: finished folds are in \(folder)/\(FoldResults.fileName), go on with --resume"
    ) { try run.run(interrupted, options: options) }
    let trained = try run.firstModel()
    let energies = try graphs.energies(trained, of: graphs.folds[0].test)
    record.timings = [
      "trials": results.trials.reduce(0) { $0 + $1.seconds },
      "train": results.results.reduce(0) { $0 + $1.seconds }, "total": Date().timeIntervalSince(started),
    ]
    try Report(
      graphs: graphs, training: training, results: results, methods: methods, model: trained,
      energies: energies
    ).report(record).publish(in: folder)
  }

  /// Enough to see that everything works.
  private mutating func makeQuick() {
    data.generatedGraphs = min(data.generatedGraphs, 60)
    data.firstFolds = min(data.firstFolds ?? 2, 2)
    (training.epochs, training.seeds) = (min(training.epochs, 2), 1)
    training.trials = min(training.trials, 2)
  }
}
