import EnergyTransformer
import Foundation
import Kit
import Reporting

/// The page and the record of a run.
struct Report {
  let images: PreparedImages
  let memory: PictureMemory
  let model: MemoryOptions
  let evaluation: Evaluation
  let blockError: Double?
  /// Where the page is written to.
  let folder: String

  func report(_ record: RunRecord) throws -> RunReport {
    let introduction =
      "Three layers of neurons — pixels, \(model.features) channels of features and \(model.hidden) hidden neurons — descend "
      + "one energy: that of the synapses between them and the neurons' own, ⟨x, g⟩ - L(x). A convolution couples pixels and "
      + "features, weights between all of them features and hidden neurons. Of \(images.test.name), "
      + "\(images.policy.scoredCount) of \(images.grid.patchCount) patches are hidden; visible pixels are held where they "
      + "are, and hidden ones, which start at the mean, come out as the descent of \(model.steps) steps leaves them. "
      + "\(memory.parameterCount) parameters."
    return try RunReport(
      record, introduction: [introduction],
      sections: [
        errors, try energies,
        images.completions(
          "Images evenly spaced over those under test, not chosen.", evaluation.pictures),
        .making(of: record, ending: ". Everything is in run.json; the course of training is in metrics.csv."),
      ], viewers: [try MemoryViewer(images: images, memory: memory, model: model).viewer()])
  }

  /// The page of the block, by a link where it lies beside this one.
  private var blockPage: String {
    let path = "../masked-images/README.md"
    let isThere = FileManager.default.fileExists(atPath: "\(folder)/\(path)")
    return isThere ? "[masked images](\(path))" : "masked images"
  }

  private var errors: PageSection {
    var section = PageSection("Error")
    section.addParagraph(
      "Mean squared errors over the hidden pixels of \(images.test.count) images, pixels in 0 … 1, completions clamped to that "
        + "range; the same images and masks for all."
        + (blockError == nil ? "" : " The block's error is that of its own page, \(blockPage)."))
    section.addTable(
      "errors", columns: ["Method", "Mean squared error of hidden pixels"], digits: 5, best: .lowest,
      rows: [
        ("Hierarchical memory", [.number("masked_mse", evaluation.errors.last)]),
        ("Energy Transformer block", [.number("block_masked_mse", blockError)]),
        ("Linear (Gaussian) conditional mean", [.number("linear_mse", evaluation.linear)]),
        ("Mean training image", [.number("mean_image_mse", evaluation.meanImage)]),
      ])
    var plot = LinePlot(
      title: "The completion improves", xTitle: "step", yTitle: "mean squared error of hidden pixels",
      series: [
        .init(
          label: "Hierarchical memory", x: evaluation.errors.indices.map(Double.init), y: evaluation.errors)
      ], references: [.init(label: "linear conditional mean", y: evaluation.linear)])
    if let blockError {
      plot.references.append(.init(label: "Energy Transformer block, 12 steps", y: blockError))
    }
    section.addFigure("error.svg", plot, caption: "Mean squared error of hidden pixels against step")
    return section
  }

  private var energies: PageSection {
    get throws {
      let share = evaluation.energies.shareFell
      var section = try evaluation.energies.section(
        "The energy fell at every one of the \(model.steps) steps for \(NumberText.percent(share, digits: 1)) of the images. "
          + "Lines are means over the images, bands one standard deviation between images; a layer's line is the own energy of "
          + "its neurons.",
        title: "Energy by layer and synapse", yTitle: "energy", steps: model.steps)
      section.summary["share_energy_fell_every_step"] = share
      return section
    }
  }
}
