package import ArgumentParser

/// The file of a model that `masked-images` trained.
package struct TrainedModelOption: ParsableArguments, RecordedOptions {
  @Option(
    help: ArgumentHelp(
      "The model.safetensors or checkpoint.safetensors that masked-images wrote.",
      discussion:
        "When left out: that of Runs/masked-images, and where there is none that of Results/masked-images."))
  package var model: String?

  package init() {}

  package func validate() throws { try checkNames([("model", model)]) }

  /// Where it lies, with a remark where no option says so.
  package var path: String { FormerRun.path(model, else: "masked-images/\(WeightsFile.name)") }

  package var recordedOtherwise: [String: String?] {
    ["model": String(lastPartOf: model) ?? WeightsFile.name]
  }
}
