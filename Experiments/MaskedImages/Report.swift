import EnergyTransformer
import Foundation
import Kit
import Reporting

/// The page, the figures and the record of a run.
struct Report {
  let images: PreparedImages
  let trained: ReportedModel
  let evaluation: Evaluation
  let baselines: BaselineErrors
  let comparison: ReportedComparison?
  /// Why there is no comparison.
  let comparisonNote: String?
  let settings: DescentSettings

  /// The share of the images whose energy fell at every step, in words.
  var shareFell: String { NumberText.percent(evaluation.energies.shareFell, digits: 1) }

  func report(_ record: RunRecord, in folder: String) throws -> RunReport {
    var record = record
    record.headline = ["masked_mse", "linear_mse", "share_energy_fell_every_step", "train_seconds"]
    let sections = [
      errors(in: folder), comparison?.section(steps: settings.steps), try energy(), course(),
      images.completions(
        "Visible pixels are the original's; images evenly spaced over those under test, not chosen.",
        evaluation.pictures),
      PageSection.making(
        of: record,
        remark: trained.evaluatedFile.map {
          "This run evaluated \($0), which an earlier one trained; the file names the options of its training."
        },
        ending: ". Everything is in run.json; the course of training is in metrics.csv."),
    ]
    let viewer = DescentViewer(model: trained.model, images: images, settings: settings)
    return try RunReport(
      record, introduction: [introduction], sections: sections.compactMap(\.self),
      viewers: [try viewer.viewer()])
  }

  private var introduction: String {
    let part = images.isValidation ? "held-back training" : "test"
    return
      "An Energy Transformer completes images of \(images.test.name), \(images.policy.scoredCount) of "
      + "\(images.grid.patchCount) patches hidden. \(trained.text(learnedFrom: images.training.count)); judged on "
      + "\(images.test.count) \(part) images whose masks are fixed. Errors are mean squared errors over the hidden "
      + "pixels, pixels in 0 … 1; every method's completion is clamped to that range. Without clamping the Energy "
      + "Transformer's is \(String(format: "%.5f", evaluation.lastErrorUnclamped))."
  }

  private func errors(in folder: String) -> PageSection {
    let rows = [
      ("Energy Transformer", "masked_mse", evaluation.lastError),
      ("Linear (Gaussian) conditional mean", "linear_mse", baselines.errors["linear_mse"]),
      ("Harmonic inpainting", "harmonic_mse", baselines.errors["harmonic_mse"]),
      ("Nearest training image", "nearest_image_mse", baselines.errors["nearest_image_mse"]),
      ("Mean training image", "mean_image_mse", baselines.errors["mean_image_mse"]),
      ("The same network with zero steps", "zero_steps_mse", evaluation.errors[0]),
    ]
    var section = PageSection("Error of hidden pixels")
    section.summary = [
      "masked_mse_unclamped": evaluation.lastErrorUnclamped,
      "parameter_count": Double(trained.model.parameterCount),
    ]
    section.addNumbers([
      .number("train_seconds", trained.seconds), .number("train_updates", trained.updates.map(Double.init)),
    ])
    section.addTable(
      "errors", columns: ["Method", "Mean squared error of hidden pixels"], digits: 5, best: .lowest,
      rows: rows.map { label, name, error in (label, [.number(name, error)]) })
    let beside = "../performance-masked-images/README.md"
    if images.source == nil, FileManager.default.fileExists(atPath: "\(folder)/\(beside)") {
      section.addParagraph(
        "Seconds an epoch and time to error beside the same program in JAX: [a page of its own](\(beside)).")
    }
    if comparison == nil, let comparisonNote { section.addParagraph(comparisonNote) }
    return section
  }

  private func energy() throws -> PageSection {
    var section = try evaluation.energies.section(
      "The energy fell at every one of the \(settings.steps) steps for \(shareFell) of the images. Lines are means "
        + "over the images, bands one standard deviation between images.",
      title: "Energy falls", yTitle: "energy", steps: settings.steps)
    section.summary["share_energy_fell_every_step"] = evaluation.energies.shareFell
    return section
  }

  /// Error against step with the linear baseline and the conventional transformer as lines.
  private func course() -> PageSection {
    let errors = evaluation.errors
    var plot = LinePlot(
      title: "The completion improves", xTitle: "step", yTitle: "mean squared error of hidden pixels",
      series: [.init(label: "Energy Transformer", x: errors.indices.map(Double.init), y: errors)])
    if let linear = baselines.errors["linear_mse"] {
      plot.references = [.init(label: "linear conditional mean", y: linear)]
    }
    if let comparison {
      plot.references.append(.init(label: "conventional transformer", y: comparison.transformerError))
    }
    var section = PageSection("Error")
    section.addParagraph("The completion after every step, decoded by the same decoder.")
    section.addFigure("error.svg", plot, caption: "Mean squared error of hidden pixels against step")
    return section
  }
}
