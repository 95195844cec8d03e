import ArgumentParser
import EnergyTransformer
import Foundation
import MaskedImageData

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
    var comparison = output.compare ? nil : try Comparison.recorded(in: output.output, options: optionTexts)
    let baselines = try BaselineErrors(images)
    let run = EnergyTraining(images: images, model: model, training: training, output: output)
    let trained = try run.trainedModel(options: optionTexts, data: record.data)
    let evaluation = try Evaluation(model: trained.model, images: images, settings: run.settings)
    if output.compare {
      comparison = try Comparison.trained(
        images: images, model: model, training: training, seconds: trained.seconds,
        parameterCount: trained.model.parameterCount)
    }
    record.timings = [
      "train": trained.seconds, "evaluate": evaluation.seconds, "baselines": baselines.seconds,
      "total": Date().timeIntervalSince(started),
    ]
    let report = Report(
      options: optionTexts, images: images, model: trained.model, evaluation: evaluation,
      baselines: baselines,
      comparison: comparison, trainSeconds: trained.seconds, updateCount: trained.updates,
      settings: run.settings)
    try report.write(record, to: output.output)
  }

  /// Every option, by name.
  private var recordedOptions: [String: String] {
    optionTexts.merging([
      "threads": "\(Parallelism.threadCount)", "compare": "\(output.compare)", "resume": "\(output.resume)",
      "evaluate-only": "\(output.evaluateOnly)",
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
