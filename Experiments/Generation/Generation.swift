import ArgumentParser
import EnergyTransformer
import Foundation
import Kit
import Reporting

/// What do Langevin samples of a memory's energy, and of a trained image energy, look like, and is a chain needed for them?
@main
struct Generation: ExperimentCommand, RecordedOptions {
  static let configuration = CommandConfiguration(
    commandName: "generation",
    abstract:
      "Sample the energies of a memory of images and of a trained image model; write measures and pictures.",
    version: SoftwareVersions.library)

  @OptionGroup(title: "Data") var data: ImageOptions
  @OptionGroup(title: "Memory") var memory: MemoryOptions
  @OptionGroup(title: "Trained energy") var completion: CompletionOptions
  @OptionGroup(title: "Output") var output: RunOptions<Generation>

  mutating func run() throws {
    if let threads = output.threads { Parallelism.threadCount = threads }
    if output.quick {
      memory.makeQuick()
      completion.makeQuick()
    }
    var record = RunRecord(of: self, title: "Generation", seed: output.seed)
    let images = try PreparedImages(data, seed: output.seed)
    record.data = try images.fingerprints()
    let stored = try StoredImages(images, label: memory.label, count: memory.stored)
    let trained = try trainedModel(images, &record)
    try record.prepareFolder(output.output, output.writing)
    let random = RandomStream(seed: output.seed)
    let results = try MemoryResults(
      MemorySampling(stored: stored, options: memory), random: random.child(0), &record)
    let completions = try trained.map { trained in
      try CompletionResults(
        CompletionSampling(trained: trained, images: images, options: completion), random: random.child(1),
        &record
      )
    }
    record.headline = ["novelty", "diversity"]
    let introduction =
      "Samples of e^(-E / T) by Langevin steps, for the energy of a memory that stores \(stored.name)"
      + (completions == nil ? "" : ", and for the energy that a model of masked images was trained with")
      + "."
    try RunReport(
      record, introduction: [introduction],
      sections: try results.sections() + (completions.map { try [$0.section()] } ?? [])
        + [.making(of: record, ending: ". Everything is in run.json.")],
      viewers: [try results.viewer()] + (completions.map { [try $0.viewer()] } ?? [])
    ).publish(in: output.output)
  }

  private func trainedModel(_ images: PreparedImages, _ record: inout RunRecord) throws -> TrainedImageModel?
  {
    let path = completion.trained.path
    guard FileManager.default.fileExists(atPath: path) else {
      remark("\(path): not there, so the page has no samples of a trained energy")
      return nil
    }
    record.data.append(try DataFingerprint(name: "trained model", path: path, count: 1))
    return try TrainedImageModel(contentsOf: path, grid: images.grid)
  }

  /// Nothing is trained, so what only training images are made with has no effect.
  var recordedOtherwise: [String: String?] { ["kept": nil, "augment": nil] }
}
