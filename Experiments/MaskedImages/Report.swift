import EnergyTransformer
import Foundation
import Kit

/// The page, the figures and the record of a run.
struct Report {
  /// The options that determine the weights.
  let options: [String: String]
  let images: PreparedImages
  let model: ImageEnergyTransformer<Float>
  let evaluation: Evaluation
  let baselines: BaselineErrors
  let comparison: ReportedComparison?
  /// Why there is no comparison.
  let comparisonNote: String?
  let trainSeconds: Double
  let updateCount: Int
  let settings: DescentSettings

  private var last: Int { evaluation.errors.count - 1 }

  /// Writes everything to a folder and prints the table.
  func write(_ record: RunRecord, to folder: String) throws {
    var record = record
    record.summary = summary
    record.headline = ["masked_mse", "linear_mse", "share_energy_fell_every_step", "train_seconds"]
    record.tables = [recipe] + (comparison?.tables ?? [])
    try figure().write(to: "\(folder)/completions.png")
    try energyPlot().write(to: "\(folder)/energy.svg")
    try errorPlot().write(to: "\(folder)/error.svg")
    try SafetensorsFile.write(
      path: "\(folder)/model.safetensors",
      arrays: zip(model.parameters.names, model.parameters.values).map { (name: $0, array: StoredArray($1)) },
      metadata: options)
    try page(record, folder).write(to: "\(folder)/README.md")
    try record.write(toFolder: folder)
    print(try TableRecipe.render(recipe, summary: summary).markdown)
    print(
      "Energy fell at every step for \(percent(shareFell)) of \(images.test.count) images. "
        + "Page: \(folder)/README.md")
  }

  private var shareFell: Double {
    Double(evaluation.fell.filter { $0 }.count) / Double(evaluation.fell.count)
  }

  private var summary: [String: Double] {
    var summary = baselines.errors
    summary["masked_mse"] = evaluation.error(at: last)
    summary["masked_mse_unclamped"] = evaluation.unclamped.reduce(0, +) / Double(evaluation.unclamped.count)
    summary["zero_steps_mse"] = evaluation.error(at: 0)
    summary["share_energy_fell_every_step"] = shareFell
    summary["train_seconds"] = trainSeconds
    summary["parameter_count"] = Double(model.parameterCount)
    comparison?.add(to: &summary)
    return summary
  }

  private var recipe: TableRecipe {
    let rows: [TableRecipe.Row] = [
      .init(label: "Energy Transformer", summaryKeys: ["masked_mse"]),
      .init(
        label: "Linear (Gaussian) conditional mean",
        summaryKeys: [baselines.errors["linear_mse"] == nil ? "" : "linear_mse"]),
      .init(label: "Harmonic inpainting", summaryKeys: ["harmonic_mse"]),
      .init(label: "Nearest training image", summaryKeys: ["nearest_image_mse"]),
      .init(label: "Mean training image", summaryKeys: ["mean_image_mse"]),
      .init(label: "The same network with zero steps", summaryKeys: ["zero_steps_mse"]),
    ]
    return TableRecipe(
      name: "errors", columns: ["Method", "Mean squared error of hidden pixels"], rows: rows, digits: 5,
      best: .lowest)
  }

  private func page(_ record: RunRecord, _ folder: String) throws -> MarkdownPage {
    var page = MarkdownPage(title: record.title)
    let part = images.isValidation ? "held-back training" : "test"
    page.addParagraph(
      "An Energy Transformer completes images of \(images.test.name), \(images.policy.scoredCount) of "
        + "\(images.grid.patchCount) patches hidden. \(model.parameterCount) parameters, \(updateCount) updates on "
        + "\(images.training.count) images in \(Int(trainSeconds.rounded())) s; judged on \(images.test.count) "
        + "\(part) images whose masks are fixed. Errors are mean squared errors over the hidden pixels, pixels "
        + "in 0 … 1; every method's completion is clamped to that range. Without clamping the Energy Transformer's "
        + "is \(number(record.summary["masked_mse_unclamped"] ?? 0)).")
    try page.addTable(recipe, summary: record.summary)
    let beside = "../performance-masked-images/README.md"
    if images.source == nil, FileManager.default.fileExists(atPath: "\(folder)/\(beside)") {
      page.addParagraph(
        "Seconds an epoch and time to error beside the same program in JAX: [a page of its own](\(beside)).")
    }
    if let comparison {
      try comparison.addSection(to: &page, record.summary, steps: settings.steps)
    } else if let comparisonNote {
      page.addParagraph(comparisonNote)
    }
    page.addHeading("Energy")
    page.addParagraph(
      "The energy fell at every one of the \(settings.steps) steps for \(percent(shareFell)) of the images. Lines "
        + "are means over the images, bands one standard deviation between images.")
    page.addImage("energy.svg", caption: "Energy by part against step")
    page.addHeading("Error")
    page.addParagraph("The completion after every step, decoded by the same decoder.")
    page.addImage("error.svg", caption: "Mean squared error of hidden pixels against step")
    page.addHeading("Completions")
    page.addParagraph(
      "Visible pixels are the original's; images evenly spaced over those under test, not chosen.")
    page.addImage("completions.png", caption: "Original, masked, and the completion after some steps")
    page.addHeading("How this was made")
    page.addCode("swift run -c release \(record.commandLine)", language: "sh")
    if record.options["evaluate-only"] == "true" {
      page.addParagraph(
        "This run evaluated the checkpoint of an earlier one, which trained it with the same options but that flag."
      )
    }
    page.addParagraph(
      "Seed \(record.seed), commit \(record.commit.short), \(record.machine.processor), "
        + "\(Parallelism.threadCount) threads. "
        + "Everything is in run.json; the course of training is in metrics.csv.")
    return page
  }

  private func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
  private func number(_ value: Double) -> String { String(format: "%.5f", value) }
}
