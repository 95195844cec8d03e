import EnergyTransformer
import Foundation
import Kit

/// The page, the figures and the record of a run.
struct Report {
  /// The options that determine the weights.
  let options: [String: String]
  let images: PreparedImages
  let trained: TrainedModel<ImageEnergyTransformer<Float>>
  let evaluation: Evaluation
  let baselines: BaselineErrors
  let comparison: ReportedComparison?
  /// Why there is no comparison.
  let comparisonNote: String?
  let settings: DescentSettings

  /// Writes everything to a folder and prints the tables.
  func write(_ record: RunRecord, to folder: String) throws {
    var record = record
    record.summary = summary
    record.headline = ["masked_mse", "linear_mse", "share_energy_fell_every_step", "train_seconds"]
    record.tables = [recipe] + (comparison?.tables ?? [])
    try figure().write(to: "\(folder)/completions.png")
    try evaluation.energies.plot(title: "Energy falls", yTitle: "energy", steps: settings.steps)
      .write(to: "\(folder)/energy.svg")
    try errorPlot().write(to: "\(folder)/error.svg")
    try WeightsFile.write(trained.model, toFolder: folder, metadata: options)
    print("Energy fell at every step for \(shareFell) of \(images.test.count) images.")
    try record.write(with: page(record, folder), toFolder: folder)
  }

  private var shareFell: String { NumberText.percent(evaluation.energies.shareFell, digits: 1) }

  private var summary: [String: Double] {
    var summary = baselines.errors
    summary["masked_mse"] = evaluation.lastError
    summary["masked_mse_unclamped"] = evaluation.lastErrorUnclamped
    summary["zero_steps_mse"] = evaluation.errors[0]
    summary["share_energy_fell_every_step"] = evaluation.energies.shareFell
    summary["train_seconds"] = trained.seconds
    summary["parameter_count"] = Double(trained.model.parameterCount)
    comparison?.add(to: &summary)
    return summary
  }

  private var recipe: TableRecipe {
    let rows = [
      ("Energy Transformer", "masked_mse"), ("Linear (Gaussian) conditional mean", "linear_mse"),
      ("Harmonic inpainting", "harmonic_mse"), ("Nearest training image", "nearest_image_mse"),
      ("Mean training image", "mean_image_mse"), ("The same network with zero steps", "zero_steps_mse"),
    ]
    return TableRecipe(
      name: "errors", columns: ["Method", "Mean squared error of hidden pixels"],
      rows: rows.map { label, key in
        .init(label: label, summaryKeys: [key == "linear_mse" && baselines.errors[key] == nil ? "" : key])
      }, digits: 5, best: .lowest)
  }

  private func page(_ record: RunRecord, _ folder: String) throws -> MarkdownPage {
    var page = MarkdownPage(title: record.title)
    let part = images.isValidation ? "held-back training" : "test"
    page.addParagraph(
      "An Energy Transformer completes images of \(images.test.name), \(images.policy.scoredCount) of "
        + "\(images.grid.patchCount) patches hidden. \(trained.model.parameterCount) parameters, \(trained.updates) "
        + "updates on \(images.training.count) images in \(Int(trained.seconds.rounded())) s; judged on "
        + "\(images.test.count) \(part) images whose masks are fixed. Errors are mean squared errors over the hidden "
        + "pixels, pixels in 0 … 1; every method's completion is clamped to that range. Without clamping the Energy "
        + "Transformer's is \(String(format: "%.5f", evaluation.lastErrorUnclamped)).")
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
      "The energy fell at every one of the \(settings.steps) steps for \(shareFell) of the images. Lines are means "
        + "over the images, bands one standard deviation between images.")
    page.addImage("energy.svg", caption: "Energy by part against step")
    page.addHeading("Error")
    page.addParagraph("The completion after every step, decoded by the same decoder.")
    page.addImage("error.svg", caption: "Mean squared error of hidden pixels against step")
    page.addHeading("Completions")
    page.addParagraph(
      "Visible pixels are the original's; images evenly spaced over those under test, not chosen.")
    page.addImage("completions.png", caption: "Original, masked, and the completion after some steps")
    page.addMaking(
      of: record,
      remark: record.options["evaluate-only"] == "true"
        ? "This run evaluated the checkpoint of an earlier one, which trained it with the same options but that flag."
        : nil,
      ending: ". Everything is in run.json; the course of training is in metrics.csv.")
    return page
  }
}

extension Report {
  /// Error against step with the linear baseline as a line.
  func errorPlot() -> LinePlot {
    let errors = evaluation.errors
    var plot = LinePlot(
      title: "The completion improves", xTitle: "step", yTitle: "mean squared error",
      series: [.init(label: "Energy Transformer", x: errors.indices.map(Double.init), y: errors)])
    if let linear = baselines.errors["linear_mse"] {
      plot.references = [.init(label: "linear conditional mean", y: linear)]
    }
    return plot
  }

  /// Original, masked and completed images.
  func figure() -> PictureGrid {
    let steps =
      [0, 1, 2, 4, 8, 12, 24, 48].filter { $0 < evaluation.pictures.count - 1 }
      + [evaluation.pictures.count - 1]
    var grid = PictureGrid(
      columns: ["original", "masked"] + steps.map { "step \($0)" }, scale: images.grid.height > 64 ? 1 : 3)
    for (row, image) in Evaluation.pictured(images).enumerated() {
      let truth = images.pixels(images.test, image..<image + 1)
      let hidden = images.hiddenPixels(image..<image + 1)
      let masked = truth * (1 - hidden) + hidden * 0.5
      grid.addRow(
        ([truth, masked] + steps.map { evaluation.pictures[$0][row] }).map {
          Picture(
            width: images.grid.width, height: images.grid.height, channels: images.grid.channels,
            values: $0.elements)
        })
    }
    return grid
  }
}
