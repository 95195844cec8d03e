import ArgumentParser
import EnergyTransformer
import Kit
import Reporting

/// Does a model that is trained through the derivative of its rest learn as well as one trained through its steps, and in how
/// much memory?
@main
struct ImplicitGradients: ExperimentCommand {
  static let configuration = CommandConfiguration(
    commandName: "implicit-gradients",
    abstract:
      "Train an image model by the derivative of its descent's rest, beside derivatives of its steps.",
    version: SoftwareVersions.library)

  @OptionGroup(title: "Data") var data: ImageOptions
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Rest") var rest: RestOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Watching") var events: EventOptions
  @OptionGroup(title: "Output") var output: RunOptions<ImplicitGradients>
  @OptionGroup(title: "Output") var resumption: ResumeOption

  mutating func run() throws {
    if let threads = output.threads { Parallelism.threadCount = threads }
    if output.quick {
      (training.updates, training.seeds) = (6, 1)
      (rest.mostSteps, rest.solveIterations) = (20, 8)
      data.makeQuick(testing: 10)
    }
    var record = RunRecord(of: self, title: "Implicit gradients", seed: output.seed)
    let images = try PreparedImages(data, seed: output.seed)
    record.data = try images.fingerprints()
    try record.prepareFolder(
      output.output, output.writing,
      resumingFrom: resumption.file(FinishedParts<FinishedTraining>.path(inFolder: output.output)))
    let training = MethodTraining(
      images: images, model: model, rest: rest, options: training, seed: output.seed)
    let parts = try FinishedParts<FinishedTraining>(
      inFolder: output.output,
      options: recordedOptions.leavingOut("threads")
        .merging(["data-sha256": record.data.map(\.sha256).joined(separator: " ")]) { $1 },
      isResuming: resumption.resume)
    let trained = try record.timed("train_and_evaluate") {
      try parts.stoppable {
        try TrainedMethods(
          by: training, folder: output.output, options: recordedOptions, events: events, finished: parts)
      }
    }
    guard let first = trained.first else {
      throw ExperimentError("no training kept to the finite numbers: \(listed(trained.failures))")
    }
    let step = GradientStep(model: first, images: images, count: (self.training.batch + 3) / 4)
    remark("Comparing derivatives, then measuring memory.")
    let agreement = try record.timed("compare_derivatives") { try GradientAgreement(of: step, rest) }
    let memory = try record.timed("measure_memory") { try StepMemory(of: step, model: model, rest) }
    record.headline = [
      "implicit_masked_mse", "unrolled_masked_mse", "implicit_to_unrolled_mse", "implicit_memory_mb_12",
      "implicit_memory_mb_200", "unrolled_memory_mb_200",
    ]
    let report = Report(
      training: training, trained: trained, step: step, agreement: agreement, memory: memory)
    try report.report(record).publish(in: output.output)
  }
}
