import ArgumentParser
import EnergyTransformer
import Foundation
import Kit

/// How well does an Energy Transformer tell the class of a graph it has not seen?
@main
struct GraphClassification: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph-classification",
    abstract: "Train Energy Transformers to tell the class of graphs, fold by fold, beside simpler methods.")

  @OptionGroup(title: "Data") var data: DataOptions
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  mutating func run() throws {
    if let threads = training.threads { Parallelism.threadCount = threads }
    let started = Date()
    let graphs = try PreparedGraphs(data, positionCount: model.positions, seed: training.seed)
    let name = graphs.collection.name
    let folder = output.output ?? "Results/graph-classification-\(name.lowercased())"
    print(graphs.reading)
    var record = RunRecord(
      experiment: "graph-classification", title: "Graph classification: \(name)", options: recordedOptions,
      seed: training.seed)
    record.addSystemLibraries()
    record.data = try graphs.fingerprints()
    let options = optionTexts.merging(["data-sha256": record.data.map(\.sha256).joined(separator: " ")]) {
      $1
    }
    let methods = output.baselines ? Method.allCases : [.energyTransformer]
    let run = MethodsRun(graphs: graphs, model: model, training: training, output: folder, methods: methods)
    // A run that was killed before its first result left nothing to go on with.
    let file = "\(folder)/\(FoldResults.fileName)"
    let resumes = output.resume && FileManager.default.fileExists(atPath: file)
    if output.resume && !resumes { print("\(file): no results yet, so the run begins at the beginning") }
    let before =
      resumes
      ? try FoldResults.read(
        fromFolder: folder, options: options, folds: graphs.folds, settings: training.settings)
      : FoldResults(options: options)
    try OutputFolder.prepare(folder)
    let results = try run.run(before, resuming: resumes)
    let trained = try run.firstModel()
    let course = try EnergyCourse(trained, graphs, on: graphs.folds[0].test)
    record.timings = [
      "trials": results.trials.reduce(0) { $0 + $1.seconds },
      "train": results.results.reduce(0) { $0 + $1.seconds }, "total": Date().timeIntervalSince(started),
    ]
    let report = try Report(
      graphs: graphs, options: model, training: training, results: results, methods: methods, model: trained,
      course: course)
    try report.write(record, to: folder)
  }

  /// Every option, by name.
  private var recordedOptions: [String: String] {
    optionTexts.merging([
      "threads": "\(Parallelism.threadCount)", "resume": "\(output.resume)",
      "baselines": "\(output.baselines)",
    ]) { $1 }
  }

  /// The options that determine the results, by name.
  private var optionTexts: [String: String] {
    [
      "data": RunRecord.dataName(data.data),
      "generated-graphs": "\(data.generatedGraphs)", "folds": data.folds.map { "\($0)" } ?? "default",
      "first-folds": data.firstFolds.map { "\($0)" } ?? "all", "validation": "\(data.validation)",
      "degrees": "\(data.degrees)", "positions": "\(model.positions)",
      "noise": "\(model.noise)", "learned-adjacency": "\(model.learnedAdjacency)",
      "epochs": "\(training.epochs)",
      "batch": "\(training.batch)", "seed": "\(training.seed)",
      "trials": "\(training.trials)", "trial-share": "\(training.trialShare)", "seeds": "\(training.seeds)",
      "rate": text(\.rate), "weight-decay": text(\.weightDecay), "dropout": text(\.dropout),
      "warm-up": "\(training.warmUp)",
      "smoothing": "\(training.smoothing)", "centralize": "\(training.centralize)",
    ].merging(model.recordedBlocks) { $1 }
  }

  /// A number of the setting that was given, or that it was drawn.
  private func text(_ number: KeyPath<Setting, Double>) -> String {
    training.trials > 1 ? "drawn" : "\(training.settings[0][keyPath: number])"
  }
}
