import ArgumentParser
import EnergyTransformer
import Foundation
import Kit
import Reporting

/// How well does an associative memory of three layers complete masked images, and does its energy fall on the way?
@main
struct HierarchicalMemory: ExperimentCommand {
  static let configuration = CommandConfiguration(
    commandName: "hierarchical-memory",
    abstract: "Train a layered associative memory to complete masked images whose visible pixels are held.",
    version: SoftwareVersions.library)

  @OptionGroup(title: "Data") var data: ImageOptions
  @OptionGroup(title: "Model") var model: MemoryOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Watching") var watching: WatchOptions
  @OptionGroup(title: "Comparison") var comparison: BlockOption
  @OptionGroup(title: "Output") var output: RunOptions<HierarchicalMemory>
  @OptionGroup(title: "Output") var resumption: ResumeOption

  mutating func run() throws {
    if let threads = output.threads { Parallelism.threadCount = threads }
    if output.quick {
      training.epochs = 1
      data.makeQuick(testing: 40)
    }
    var record = RunRecord(of: self, title: "Hierarchical memory", seed: output.seed)
    let images = try PreparedImages(data, seed: output.seed, quick: output.quick)
    record.data = try images.fingerprints()
    let checkpoint = "\(output.output)/checkpoint.safetensors"
    try record.prepareFolder(output.output, output.writing, resumingFrom: resumption.file(checkpoint))
    let block = try blockError(like: record)
    let modelOptions = recordedOptions.leavingOut("threads")
      .merging(["data-sha256": record.data.map(\.sha256).joined(separator: " ")]) { $1 }
    var files = TrainingFiles(
      metrics: "\(output.output)/metrics.csv", checkpoint: checkpoint, options: modelOptions)
    files.eventsFolder = watching.events.folder(output.output)
    let trained = try record.timed("train") {
      try MemoryTraining(
        images: images, model: model, training: training, seed: output.seed, watching: watching
      ).trained(files, isResuming: resumption.resume)
    }
    let evaluation = try record.timed("evaluate") {
      try Evaluation(memory: trained, images: images, model: model)
    }
    try WeightsFile.write(trained, toFolder: output.output, metadata: recordedOptions)
    record.headline = ["masked_mse", "block_masked_mse", "share_energy_fell_every_step"]
    try Report(
      images: images, memory: trained, model: model, evaluation: evaluation, blockError: block,
      folder: output.output
    ).report(record).publish(in: output.output)
  }

  /// The error of the Energy Transformer's block on the same images and masks, from the record of its run.
  ///
  /// - Throws: `ExperimentError` for a record of other data, since the two errors could not be compared.
  private func blockError(like record: RunRecord) throws -> Double? {
    let path = comparison.path
    guard FileManager.default.fileExists(atPath: path) else {
      remark("\(path): not there, so the page has no block to compare with")
      return nil
    }
    let block = try RunRecord.read(from: path)
    guard block.data.map(\.sha256) == record.data.map(\.sha256) else {
      throw ExperimentError(
        "\(path): made from other data, expected a run on \(data.data ?? "the digits")")
    }
    return block.summary["masked_mse"]
  }
}
