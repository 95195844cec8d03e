import EnergyTransformer
import Foundation
import Reporting

/// What replacements cost, and how the heads compare with the paper's.
extension RegimeReport {
  private func quality(_ name: String) -> Replacements.Quality? {
    replacements.entries.first { $0.name == name }?.quality
  }

  func replaced() -> PageSection {
    var section = PageSection("What is lost when heads are replaced")
    section.addParagraph(
      "Cosine between sentence vectors as published and with heads replaced, mean over \(replacements.compared) sequences of "
        + "\(regimes.length) tokens. Gaussian weights are fitted by least squares to what each head answers, on "
        + "\(replacements.fitted) other sequences; they take \(2 * regimes.length) numbers a head in place of "
        + "\(2 * model.configuration.headSize * model.configuration.dimension) for queries and keys.")
    addReplacementNumbers(to: &section)
    let spearmanTitle = replacements.hasPairs ? ["Spearman, all heads Gaussian"] : []
    section.addTable(
      "replacements",
      columns: [
        "Layer", "All heads uniform", "All heads Gaussian", "All heads \(replacements.updates) updates",
        "Averaging heads Gaussian",
      ] + spearmanTitle, digits: 4,
      rows: (1...heads.layerCount).map { layer in
        let names = Replacements.Rule.allCases.map { "\($0.rawValue)_layer_\(layer)" }
        let cosines = (names + ["gaussian_averaging_layer_\(layer)"]).map { name in
          MeasuredCell.number("cosine_\(name)", quality(name)?.meanCosine)
        }
        let gaussian = "gaussian_layer_\(layer)"
        return (
          "\(layer)",
          cosines + spearmanTitle.map { _ in .number("spearman_\(gaussian)", quality(gaussian)?.spearman) }
        )
      })
    section.addParagraph(firstLayers)
    if let spearman = replacements.published.spearman {
      section.addParagraph(
        "Spearman's correlation of the cosines with the scores of the pairs is \(fourDigits(spearman)) as published."
      )
    } else if replacements.hasPairs {
      section.addParagraph("The cosines of all pairs are alike: they have no correlation with the scores.")
    }
    section.addFigure(
      "replaced.svg",
      LinePlot(
        title: "Sentence vectors with heads replaced", xTitle: "heads replaced",
        yTitle: "cosine with the vectors as published, mean",
        series: replacements.curves.map { curve in
          .init(
            label: curve.label, x: curve.points.map { Double($0.heads) },
            y: curve.points.map(\.quality.meanCosine))
        }), caption: "Cosine against heads replaced, in the order of their median k")
    section.addFile("replaced.csv", replacedTable)
    return section
  }

  private func addReplacementNumbers(to section: inout PageSection) {
    section.summary["cosine_after_gaussian_first_layer"] = quality("gaussian_layer_1")?.meanCosine ?? 1
    section.summary["spearman_published"] = replacements.published.spearman
    for entry in replacements.entries {
      section.summary["cosine_\(entry.name)"] = entry.quality.meanCosine
      section.summary["least_cosine_\(entry.name)"] = entry.quality.leastCosine
      section.summary["spearman_\(entry.name)"] = entry.quality.spearman
    }
    for point in replacements.curves.flatMap({ $0.points.dropFirst() }) {
      section.summary["\(point.name)_\(point.heads)"] = point.quality.meanCosine
    }
  }

  private var firstLayers: String {
    func left(_ name: String) -> String {
      quality(name).map { "\(fourDigits($0.meanCosine)) (least \(fourDigits($0.leastCosine)))" } ?? "unknown"
    }
    let first = Replacements.firstLayers(heads)
    let layers = first == 1 ? "the first layer" : "the first \(first) layers"
    let averaging = Replacements.averagingOfFirstLayers(heads).count
    let words =
      "With all heads of the first layer Gaussian the cosine is \(left("gaussian_layer_1")), with uniform averages "
      + "\(left("uniform_layer_1")). "
    if averaging == 0 { return words + "There are no averaging heads in \(layers)." }
    return words + "The \(averaging) averaging heads of \(layers) made Gaussian leave a cosine of "
      + "\(left("gaussian_averaging_first_layers")), made uniform \(left("uniform_averaging_first_layers"))."
  }

  private var replacedTable: CSVTable {
    CSVTable(
      columns: ["replacement", "heads", "cosine_mean", "cosine_least", "spearman"],
      rows: (replacements.entries + replacements.curves.flatMap(\.points)).map { entry in
        [entry.name, "\(entry.heads)", "\(entry.quality.meanCosine)", "\(entry.quality.leastCosine)"]
          + [entry.quality.spearman.map { "\($0)" } ?? ""]
      })
  }

  // MARK: The paper

  func besidePaper() -> PageSection {
    var section = PageSection("Beside the paper's findings for BERT")
    section.addParagraph(
      "Ramsauer et al. 2020 looked at bert-base-cased, 12 layers of 12 heads: class I is found mostly in the lower layers, "
        + "classes II (layers 3 to 5) and IV (6 to 8) towards the middle, class III in the last layers. Here, of the heads "
        + "in the lower, middle and last third of the layers:")
    section.addTable(
      MarkdownTable(
        columns: ["Class"] + LayerThird.allCases.map { "\($0) third, %" } + ["in the paper most in"],
        rows: AttentionClass.allCases.map { kind in
          [.text(kind.numeral)] + heads.sharesByThird(of: kind).map { .number(100 * $0, digits: 0) }
            + [.text("the \(words(kind.thirdsInBERT)) layers")]
        }))
    section.addParagraph(
      AttentionClass.allCases.map(verdict).joined(separator: " ")
        + " In the paper averaging heads of the first layers could become Gaussian with little loss when the model was trained "
        + "so; here nothing is trained after the replacement.")
    return section
  }

  private func words(_ thirds: [LayerThird]) -> String { listed(thirds.map { "\($0)" }) }

  private func verdict(_ kind: AttentionClass) -> String {
    let found = heads.thirdsWithMost(of: kind)
    if found.isEmpty { return "Class \(kind.numeral): this model has none." }
    if found.count == LayerThird.allCases.count { return "Class \(kind.numeral): the same in all layers." }
    return "Class \(kind.numeral): most in the \(words(found)) layers, "
      + (found.allSatisfy(kind.thirdsInBERT.contains) ? "as in the paper." : "other than in the paper.")
  }
}

private func fourDigits(_ value: Double) -> String { String(format: "%.4f", value) }
