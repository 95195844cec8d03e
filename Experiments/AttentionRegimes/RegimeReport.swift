import EnergyTransformer
import Foundation
import Kit
import Reporting

/// The page and the record of a run.
struct RegimeReport {
  let model: LoadedModel
  let source: SourceText
  let text: TokenWindows
  let regimes: MeasuredRegimes
  let replacements: Replacements
  let comparison: PeerComparison?

  var heads: [HeadRegime] { regimes.heads }

  func report(_ record: RunRecord) throws -> RunReport {
    let c = model.configuration
    return try RunReport(
      record,
      introduction: [
        "\(model.name): \(c.layerCount) layers of \(c.headCount) heads, \(c.dimension) numbers a token. Each head is read as a "
          + "Hopfield retrieval: keys are stored patterns, a query is a state, attention is one update. For every query k is "
          + "the least number of softmax weights that make 90 %; the median of k over queries and sequences gives the class of "
          + "a head: I above N/2 of N tokens, II above N/8, III above N/32, IV below. The text is \(source.name), "
          + "\(text.ids.count) tokens, cut into sequences."
      ],
      sections: [
        try classes(), retrievals(), replaced(), besidePaper(),
        PeerComparison.section(comparison, length: regimes.length),
        .making(
          of: record,
          ending:
            ", \(Int((record.timings["total"] ?? 0).rounded())) s. Everything is in run.json; heads.csv has every "
            + "head at every length, counts.csv the distribution of k, replaced.csv every replacement."),
      ], viewers: [try HeadViewer(model: model, text: text, regimes: regimes).viewer()])
  }

  // MARK: Classes

  private func classes() throws -> PageSection {
    var section = PageSection("Which heads average, and where the metastable ones are")
    section.summary = [
      "heads": Double(heads.count), "layers": Double(heads.layerCount), "text_tokens": Double(text.ids.count),
    ]
    section.addFigure("classes.svg", classMap, caption: "Class of every head; the number is the median k")
    section.addParagraph(
      "Of \(heads.count) heads over \(regimes.length) tokens "
        + listed(AttentionClass.allCases.map(sentence)) + ".")
    addCounts(
      "layers", "Layer",
      (0..<heads.layerCount).map { ("\($0 + 1)", "layer_\($0 + 1)", heads.heads(ofLayer: $0)) },
      to: &section)
    section.addFigure(
      "distributions.svg", distributions,
      caption: "Share of queries that need at most this share of the tokens for 90 %")
    section.addFigure(
      "attention.svg", try attention(),
      caption:
        "Weights of one head of each class over one sequence, by their logarithm: a row for each query, a column for each key"
    )
    section.addParagraph("The class depends on the length of the sequences:")
    addCounts(
      "lengths", "Tokens", regimes.byLength.map { ("\($0.length)", "length_\($0.length)", $0.heads) },
      to: &section)
    if regimes.byLength.count > 1 {
      let plot = LinePlot(
        title: "Classes against the length of sequences", xTitle: "tokens", yTitle: "heads",
        xScale: .logarithmic,
        series: AttentionClass.allCases.map { kind in
          .init(
            label: "class \(kind.numeral)", x: regimes.byLength.map { Double($0.length) },
            y: regimes.byLength.map { Double($0.heads.heads(of: kind).count) })
        })
      section.addFigure("lengths.svg", plot, caption: "Heads of each class against the number of tokens")
    }
    section.addFile("heads.csv", headTable)
    section.addFile("counts.csv", countTable)
    return section
  }

  /// A table of the heads of each class in some groups of heads.
  private func addCounts(
    _ name: String, _ title: String, _ groups: [(label: String, name: String, heads: [HeadRegime])],
    to section: inout PageSection
  ) {
    section.addTable(
      name, title, rows: groups.map { ($0.label, (name: $0.name, heads: $0.heads)) },
      columns: AttentionClass.allCases.map { ("Class \($0.numeral)", $0) }, digits: 0
    ) { .number("class_\($1.rawValue)_\($0.name)", Double($0.heads.heads(of: $1).count)) }
  }

  /// How many heads of a class there are, and in which layers most.
  private func sentence(_ kind: AttentionClass) -> String {
    let found = heads.heads(of: kind)
    if found.isEmpty { return "none is of class \(kind.numeral)" }
    let layers = (0..<heads.layerCount).compactMap { layer in
      let count = found.heads(ofLayer: layer).count
      return count > 0 ? "\(count) in layer \(layer + 1)" : nil
    }
    let verb = found.count == 1 ? "is" : "are"
    return "\(found.count) \(verb) of class \(kind.numeral) (\(listed(layers)))"
  }

  private var classMap: HeatMap {
    HeatMap(
      title: "Classes of heads over \(regimes.length) tokens", xTitle: "head", yTitle: "layer",
      groups: AttentionClass.allCases.map { "\($0.numeral): \($0.words)" },
      columns: (1...model.configuration.headCount).map(String.init),
      rows: (1...heads.layerCount).map(String.init),
      cells: (0..<heads.layerCount).map { layer in
        heads.heads(ofLayer: layer).map {
          .init(
            group: $0.attentionClass.rawValue - 1,
            label: String(
              format: $0.medianCount == $0.medianCount.rounded() ? "%.0f" : "%.1f", $0.medianCount))
        }
      })
  }

  /// How many queries need at most a share of the tokens, for a head of each class.
  private var distributions: LinePlot {
    var plot = LinePlot(
      title: "Weights that make 90 %, one head of each class",
      xTitle: "share of the \(regimes.length) tokens", yTitle: "share of the queries",
      series: regimes.examples.map { kind, regime in
        .init(
          label: "\(kind.numeral): \(regime.index.words)",
          x: (1..<regime.counts.count).map { Double($0) / Double(regime.sequenceLength) },
          y: regime.cumulativeShares)
      })
    (plot.dotLimit, plot.xRange, plot.yRange) = (0, 0...1, 0...1)
    return plot
  }

  /// Weights over the first sequence of a head of each class.
  private func attention() throws -> MatrixMap {
    let examples = regimes.examples
    let ids = text.windows(length: regimes.length, limit: 1).first ?? []
    let weights = model.encoder.weights(of: examples.map(\.regime.index), over: EncoderTokens(ids: [ids]))
    let pieces = ids.map { model.tokenizer.vocabulary.pieces[$0] }
    var map = MatrixMap(
      title: "Attention of one head of each class", xTitle: "key", yTitle: "query", valueTitle: "weight",
      columns: pieces, rows: pieces, range: HeadViewer.leastWeight...1, scale: .logarithmic)
    for (example, weights) in zip(examples, weights) {
      try map.addMatrix(
        "\(example.kind.numeral): \(example.regime.index.words)", weights.elements.map { Double($0) })
    }
    return map
  }

  private var headTable: CSVTable {
    CSVTable(
      columns: [
        "tokens", "sequences", "layer", "head", "class", "median", "quantile_10", "quantile_25",
        "quantile_75", "quantile_90", "entropy", "energy", "energy_after_update", "answer_change",
        "changed_share", "jacobian_norm",
      ],
      rows: regimes.byLength.flatMap { length, sequences, heads in
        heads.map { head -> [Double] in
          let index = [length, sequences, head.index.layer + 1, head.index.head + 1]
          return (index + [head.attentionClass.rawValue]).map { Double($0) } + [head.medianCount]
            + [0.1, 0.25, 0.75, 0.9].map(head.quantile) + [
              head.entropy, head.energy, head.updatedEnergy, head.answerChange, head.changedShare,
              head.jacobianNorm,
            ]
        }
      })
  }

  private var countTable: CSVTable {
    CSVTable(
      columns: ["tokens", "layer", "head", "weights", "queries"],
      rows: regimes.byLength.flatMap { length, _, heads in
        heads.flatMap { head in
          head.counts.enumerated().filter { $0.element > 0 }.map { k, queries in
            [length, head.index.layer + 1, head.index.head + 1, k, queries].map { Double($0) }
          }
        }
      })
  }

  // MARK: Retrievals

  /// What is averaged over the heads of a class.
  private static let means:
    [(name: String, title: String, digits: Int, value: @Sendable (HeadRegime) -> Double)] = [
      ("count", "Weights that make 90 %", 1, { $0.medianCount }),
      ("entropy", "Entropy, nats", 2, { $0.entropy }), ("energy", "Energy", 2, { $0.energy }),
      ("energy_drop", "Energy given up in an update", 2, { $0.energy - $0.updatedEnergy }),
      ("change", "Answer moved by one more update, %", 1, { 100 * $0.answerChange }),
      ("changed", "Queries whose answer moves by a tenth, %", 1, { 100 * $0.changedShare }),
      ("jacobian", "Norm of the softmax's Jacobian", 3, { $0.jacobianNorm }),
    ]

  private func retrievals() -> PageSection {
    var section = PageSection("What kind of retrieval it is")
    section.addTable(
      "classes", columns: ["Class", "Heads"] + Self.means.map(\.title), digits: 2,
      columnDigits: [0] + Self.means.map(\.digits),
      rows: AttentionClass.allCases.map { kind in
        let found = heads.heads(of: kind)
        return (
          "\(kind.numeral), \(kind.words)",
          [.number("class_\(kind.rawValue)", Double(found.count))]
            + Self.means.map { .number("\($0.name)_class_\(kind.rawValue)", found.mean($0.value)) }
        )
      })
    section.addParagraph(
      "Means over the heads of a class at \(regimes.length) tokens. The energy is "
        + "-1/β log Σ exp(β q·k) + ½ q² + 1/β log N + ½ M² with β = 1/√\(model.configuration.headSize), M being the largest "
        + "norm of a key; an update q ← Kᵀ softmax(β K q) never raises it. Attention makes one update; one more moves "
        + "the answers by the share shown, so most heads stop far from a fixed point where it is large. The Jacobian is "
        + "β (diag(p) - p pᵀ), its Frobenius norm what gradients to queries and keys are scaled by.")
    return section
  }
}
