import EnergyTransformer
import Foundation

extension Report {
  func page(_ record: RunRecord) throws -> MarkdownPage {
    var page = MarkdownPage(title: record.title)
    let c = model.configuration
    page.addParagraph(
      "\(model.name): \(c.layerCount) layers of \(c.headCount) heads, \(c.dimension) numbers a token. Each head is read as a "
        + "Hopfield retrieval: keys are stored patterns, a query is a state, attention is one update. For every query k is "
        + "the least number of softmax weights that make 90 %; the median of k over queries and sequences gives the class of "
        + "a head: I above N/2 of N tokens, II above N/8, III above N/32, IV below. The text is \(source.name), "
        + "\(text.ids.count) tokens, cut into sequences.")
    try addClasses(to: &page, record.summary)
    try addRetrievals(to: &page, record.summary)
    try addReplacements(to: &page, record.summary)
    addPaper(to: &page)
    addComparison(to: &page, record.summary)
    page.addHeading("How this was made")
    page.addCode("swift run -c release \(record.commandLine)", language: "sh")
    page.addParagraph(
      "Seed \(record.seed), commit \(record.commit.short), \(record.machine.processor), "
        + "\(record.options["threads"] ?? "?") threads, \(Int((record.timings["total"] ?? 0).rounded())) s. "
        + "Everything is in run.json; heads.csv has every head at every length, counts.csv the distribution of k, "
        + "replaced.csv every replacement.")
    return page
  }

  private func add(_ name: String, to page: inout MarkdownPage, _ record: [String: Double]) throws {
    for table in recipes where table.name == name { try page.addTable(table, summary: record) }
  }

  // MARK: Sections

  private func addClasses(to page: inout MarkdownPage, _ summary: [String: Double]) throws {
    page.addHeading("Which heads average, and where the metastable ones are")
    page.addImage("classes.svg", caption: "Class of every head; the number is the median k")
    page.addParagraph(
      "Of \(regimes.heads.count) heads over \(regimes.length) tokens "
        + Self.listed(AttentionClass.allCases.map(sentence)) + ".")
    try add("layers", to: &page, summary)
    page.addImage(
      "distributions.svg", caption: "Share of queries that need at most this share of the tokens for 90 %")
    page.addImage(
      "attention.png",
      caption:
        "Weights of one head of each class over one sequence: a row for each query, from 0.0001 (black) to 1 "
        + "(white) by their logarithm")
    page.addParagraph("The class depends on the length of the sequences:")
    try add("lengths", to: &page, summary)
    if regimes.byLength.count > 1 {
      page.addImage("lengths.svg", caption: "Heads of each class against the number of tokens")
    }
  }

  /// How many heads of a class there are, and in which layers most.
  private func sentence(_ kind: AttentionClass) -> String {
    let found = regimes.heads(ofClass: kind)
    if found.isEmpty { return "none is of class \(kind.numeral)" }
    let layers = (0..<regimes.layerCount).map { layer in
      (layer, found.count { $0.place.layer == layer })
    }.filter { $0.1 > 0 }
    let places = layers.map { "\($0.1) in layer \($0.0 + 1)" }
    let verb = found.count == 1 ? "is" : "are"
    return "\(found.count) \(verb) of class \(kind.numeral) (\(Self.listed(places)))"
  }

  private func addRetrievals(to page: inout MarkdownPage, _ summary: [String: Double]) throws {
    page.addHeading("What kind of retrieval it is")
    try add("classes", to: &page, summary)
    page.addParagraph(
      "Means over the heads of a class at \(regimes.length) tokens. The energy is "
        + "-1/β log Σ exp(β q·k) + ½ q² + 1/β log N + ½ M² with β = 1/√\(model.configuration.headSize), M being the largest "
        + "norm of a key; an update q ← Kᵀ softmax(β K q) never raises it. Attention makes one update; one more moves "
        + "the answers by the share shown, so most heads stop far from a fixed point where it is large. The Jacobian is "
        + "β (diag(p) - p pᵀ), its Frobenius norm what gradients to queries and keys are scaled by.")
  }

  private func addReplacements(to page: inout MarkdownPage, _ summary: [String: Double]) throws {
    page.addHeading("What is lost when heads are replaced")
    page.addParagraph(
      "Cosine between sentence vectors as published and with heads replaced, mean over \(replacements.compared) sequences of "
        + "\(regimes.length) tokens. Gaussian weights are fitted by least squares to what each head answers, on "
        + "\(replacements.fitted) other sequences; they take \(2 * regimes.length) numbers a head in place of "
        + "\(2 * model.configuration.headSize * model.configuration.dimension) for queries and keys.")
    try add("replacements", to: &page, summary)
    page.addParagraph(firstLayers)
    if let spearman = replacements.published.spearman {
      page.addParagraph(
        "Spearman's correlation of the cosines with the scores of the pairs is \(Self.text(spearman)) as published."
      )
    } else if replacements.hasPairs {
      page.addParagraph("The cosines of all pairs are alike: they have no correlation with the scores.")
    }
    page.addImage(
      "replaced.svg", caption: "Cosine against heads replaced, in the order of their median k")
  }

  private var firstLayers: String {
    func lost(_ name: String) -> String? {
      quality(name).map {
        "\(Self.text($0.meanCosine)) (least \(Self.text($0.leastCosine)))"
      }
    }
    let first = max(1, regimes.layerCount / 3)
    let layers = first == 1 ? "the first layer" : "the first \(first) layers"
    let averaging = regimes.heads.count {
      $0.place.layer < first && $0.attentionClass == .globalAverage
    }
    var words =
      "With all heads of the first layer Gaussian the cosine is \(lost("gaussian_layer_1") ?? "unknown"), with uniform "
      + "averages \(lost("uniform_layer_1") ?? "unknown"). "
    if let gaussian = lost("gaussian_averaging_first_layers") {
      words +=
        "The \(averaging) averaging heads of \(layers) made Gaussian leave a cosine of \(gaussian), made uniform "
        + "\(lost("uniform_averaging_first_layers") ?? "unknown")."
    } else {
      words += "There are no averaging heads in \(layers)."
    }
    return words
  }

  // MARK: Words

  static func text(_ value: Double) -> String { String(format: "%.4f", value) }

  static func listed(_ words: [String]) -> String {
    words.count < 2
      ? words.joined() : words.dropLast().joined(separator: ", ") + " and " + (words.last ?? "")
  }
}
