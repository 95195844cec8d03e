import EnergyTransformer
import Foundation

/// How a run compares with the paper's model and with PyTorch.
extension Report {
  /// A third of the layers.
  private enum Third: Int, CaseIterable {
    case lower, middle, upper

    var word: String { ["lower", "middle", "last"][rawValue] }
  }

  /// What Ramsauer et al. 2020 found in bert-base-cased.
  private static let published: [(kind: AttentionClass, thirds: [Third])] = [
    (.globalAverage, [.lower]), (.largeMetastable, [.lower, .middle]), (.mediumMetastable, [.upper]),
    (.smallMetastable, [.middle]),
  ]

  func addPaper(to page: inout MarkdownPage) {
    page.addHeading("Beside the paper's findings for BERT")
    page.addParagraph(
      "Ramsauer et al. 2020 looked at bert-base-cased, 12 layers of 12 heads: class I is found mostly in the lower layers, "
        + "classes II (layers 3 to 5) and IV (6 to 8) towards the middle, class III in the last layers. Here, of the heads "
        + "in the lower, middle and last third of the layers:")
    var table = MarkdownTable(
      columns: ["Class"] + Third.allCases.map { "\($0.word) third, %" } + ["in the paper most in"])
    for (kind, thirds) in Self.published {
      table.addRow(
        [.text(kind.numeral)] + shares(of: kind).map { .number(100 * $0, digits: 0) } + [
          .text("the \(Self.listed(thirds.map(\.word))) layers")
        ])
    }
    page.addTable(table)
    page.addParagraph(
      Self.published.map { kind, thirds in verdict(kind, thirds) }.joined(separator: " ")
        + " In the paper averaging heads of the first layers could become Gaussian with little loss when the model was trained "
        + "so; here nothing is trained after the replacement.")
  }

  /// The share of a class among the heads of each third.
  private func shares(of kind: AttentionClass) -> [Double] {
    Third.allCases.map { third in
      let heads = regimes.heads.filter { self.third(of: $0.place.layer) == third }
      return Double(heads.count { $0.attentionClass == kind }) / Double(max(1, heads.count))
    }
  }

  private func third(of layer: Int) -> Third {
    Third(rawValue: min(2, 3 * layer / regimes.layerCount)) ?? .upper
  }

  private func verdict(_ kind: AttentionClass, _ thirds: [Third]) -> String {
    let shares = shares(of: kind)
    guard let most = shares.max(), most > 0 else { return "Class \(kind.numeral): this model has none." }
    let found = Third.allCases.filter { shares[$0.rawValue] == most }
    if found.count == Third.allCases.count { return "Class \(kind.numeral): the same in all layers." }
    let agrees = found.allSatisfy(thirds.contains)
    return "Class \(kind.numeral): most in the \(Self.listed(found.map(\.word))) layers, "
      + (agrees ? "as in the paper." : "other than in the paper.")
  }

  /// A number of one digit that a small number is not above.
  private static func bound(_ value: Double) -> String {
    guard value > 0 else { return "0" }
    let unit = pow(10, log10(value).rounded(.down))
    return String(format: "%.0e", (value / unit).rounded(.up) * unit)
  }

  func addComparison(to page: inout MarkdownPage, _ summary: [String: Double]) {
    page.addHeading("Beside PyTorch")
    guard let comparison else {
      page.addParagraph("PyTorch was not measured in this run.")
      return
    }
    func number(_ name: String) -> Double {
      guard let value = summary[name] else { preconditionFailure("no \(name) in the summary") }
      return value
    }
    func whole(_ name: String) -> String { String(format: "%.0f", number(name)) }
    page.addParagraph(
      "Tokens of a text of \(String(format: "%.1f", number("tokenizer_bytes") / 1e6)) MB of mixed scripts made for the purpose: "
        + "\(whole("tokens_differing")) of \(whole("tokens_compared")) differ from those of Hugging Face's tokenizers. "
        + "Of \(whole("sentences_compared")) such sentences \(whole("sentences_other_tokens")) have other tokens there; their "
        + "vectors have a cosine of at least 1 - \(Self.bound(1 - number("sentence_cosine_min"))) with those of `transformers` "
        + "from the same weights in float32.")
    page.addParagraph(
      "\(whole("timed_sentences")) sequences of \(regimes.length) tokens take this library "
        + String(format: "%.2f s and PyTorch %.2f s", number("seconds_own"), number("seconds_pytorch"))
        + " (medians; PyTorch by the \(comparison.implementation) implementation in batches of \(comparison.batch), the fastest "
        + "of two implementations and four batch sizes), a ratio of "
        + String(format: "%.2f", number("seconds_ratio_pytorch"))
        + ". This library makes " + String(format: "%.0f", number("own_gflops")) + " GFLOPS.")
  }
}
