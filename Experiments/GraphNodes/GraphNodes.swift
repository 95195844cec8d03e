import ArgumentParser
import EnergyTransformer
import Foundation
import Kit
import Reporting

/// How well does an Energy Transformer find anomalous nodes of a graph, with few labels, with many, and with none?
@main
struct GraphNodes: ExperimentCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph-nodes",
    abstract: "Find anomalous nodes with an Energy Transformer and simpler models; write tables and curves.", version: SoftwareVersions.library)

  @OptionGroup(title: "Data") var data: DataOptions
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  mutating func run() throws {
    if output.quick { makeQuick() }
    if let threads = training.threads { Parallelism.threadCount = threads }
    let started = Date()
    // Everything that can fail without a trained model comes before training.
    let nodes = try PreparedNodes(data, isSmall: output.quick)
    let splits = try nodes.splits(data, tunes: training.trials > 1, seed: training.seed)
    let folder = output.output ?? "\(defaultOutput(Self.self))-\(nodes.graph.name)"
    var record = RunRecord(
      of: self, title: "Anomalous nodes: \(nodes.graph.name)", seed: training.seed,
      data: [try nodes.fingerprint()])
    try record.prepareFolder(folder, output.writing, isResuming: output.resumption.resume)
    remark(nodes.report?.description ?? "\(nodes.graph.name): \(nodes.graph.nodeCount) nodes")

    let kinds = output.baselines ? NodeModelKind.allCases : [.energyTransformer]
    let progress = WorkProgress(
      total: kinds.count * training.epochs
        * (splits.count * training.seeds + splits.tuning.count * training.trials)
        + training.unlabelledRuns * training.maskEpochs,
      unit: "updates")
    let models = NodeModels(nodes: nodes, model: model, training: training, progress: progress)
    let candidates = NodeSetting.candidates(training.trials, model, training)
    let parts = try NodeParts(
      inFolder: folder,
      options: recordedOptions.leavingOut("threads")
        .merging(["data-sha256": record.data.map(\.sha256).joined(separator: " ")]) { $1 },
      isResuming: output.resumption.resume)
    let (tuning, comparison, unlabelled) = try parts.stoppable {
      let tuning = try record.timed("tuning") {
        try Tuning(
          models: models, kinds: kinds, splits: splits.tuning, candidates: candidates, finished: parts)
      }
      let comparison = try record.timed("comparison") {
        try Comparison(models: models, kinds: kinds, splits: splits, tuning: tuning, finished: parts)
      }
      return (tuning, comparison, try record.timed("unlabelled") { try UnlabelledScores(models: models) })
    }
    progress.finish()
    record.timings["total"] = Date().timeIntervalSince(started)
    // A set of many features has an encoder of hundreds of kilobytes: weights stay where they are small.
    if let model = comparison.shown?.model, model.parameterCount <= 1 << 16 {
      try WeightsFile.write(model, toFolder: folder, metadata: record.options)
    }
    try Report(
      splits: splits, models: models, tuning: tuning, comparison: comparison, unlabelled: unlabelled
    ).report(record).publish(in: folder)
  }

  /// Enough to see that everything works.
  private mutating func makeQuick() {
    data.splits = min(data.splits, 2)
    training.seeds = min(training.seeds, 2)
    training.trials = min(training.trials, 2)
    data.tuningSplits = 1
    training.epochs = min(training.epochs, 12)
    training.maskEpochs = min(training.maskEpochs, 12)
    training.unlabelledRuns = min(training.unlabelledRuns, 2)
  }
}
