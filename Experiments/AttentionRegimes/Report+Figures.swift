import EnergyTransformer
import Foundation

extension Report {
  func writeFigures(to folder: String) throws {
    try classMap.write(to: "\(folder)/classes.svg")
    try distributions.write(to: "\(folder)/distributions.svg")
    try quality.write(to: "\(folder)/replaced.svg")
    if regimes.byLength.count > 1 { try lengths.write(to: "\(folder)/lengths.svg") }
    try pictures().write(to: "\(folder)/attention.png")
  }

  private var classMap: HeatMap {
    let heads = model.configuration.headCount
    return HeatMap(
      title: "Classes of heads over \(regimes.length) tokens", xTitle: "head", yTitle: "layer",
      groups: AttentionClass.allCases.map { "\($0.numeral): \(Self.meaning(of: $0))" },
      columns: (1...heads).map(String.init), rows: (1...regimes.layerCount).map(String.init),
      cells: (0..<regimes.layerCount).map { layer in
        regimes.heads(ofLayer: layer).map {
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
      xTitle: "share of the \(regimes.length) tokens",
      yTitle: "share of the queries",
      series: regimes.examples.map { kind, regime in
        var seen = 0
        var (x, y) = ([Double](), [Double]())
        for k in 1..<regime.counts.count {
          seen += regime.counts[k]
          x.append(Double(k) / Double(regime.sequenceLength))
          y.append(Double(seen) / Double(regime.queryCount))
        }
        return .init(label: "\(kind.numeral): \(Self.name(of: regime.place))", x: x, y: y)
      })
    plot.dotLimit = 0
    (plot.xRange, plot.yRange) = (0...1, 0...1)
    return plot
  }

  private var lengths: LinePlot {
    var plot = LinePlot(
      title: "Classes against the length of sequences", xTitle: "tokens", yTitle: "heads",
      series: AttentionClass.allCases.map { kind in
        .init(
          label: "class \(kind.numeral)", x: regimes.byLength.map { Double($0.length) },
          y: regimes.byLength.map { Double($0.heads.count { $0.attentionClass == kind }) })
      })
    plot.xScale = .logarithmic
    return plot
  }

  private var quality: LinePlot {
    LinePlot(
      title: "Sentence vectors with heads replaced", xTitle: "heads replaced",
      yTitle: "cosine with the vectors as published, mean",
      series: replacements.curves.map { curve in
        .init(
          label: curve.label, x: curve.points.map { Double($0.heads) },
          y: curve.points.map(\.quality.meanCosine))
      })
  }

  /// Weights over the first sequence of a head of each class; from 10⁻⁴, black, to 1, white, by their logarithm.
  private func pictures() throws -> PictureGrid {
    let examples = regimes.examples
    let ids = text.windows(length: regimes.length, limit: 1).first ?? []
    let weights = model.encoder.weights(of: examples.map(\.regime.place), over: EncoderTokens(ids: [ids]))
    var grid = PictureGrid(
      columns: examples.map { "\($0.kind.numeral): \(Self.name(of: $0.regime.place))" }, scale: 2)
    grid.addRow(
      weights.map { weights in
        Picture(
          width: ids.count, height: ids.count,
          values: weights.elements.map { 1 + log10(max(Double($0), 1e-4)) / 4 })
      })
    return grid
  }

  static func name(of place: HeadPlace) -> String { "layer \(place.layer + 1) head \(place.head + 1)" }

  // MARK: Points

  func writeTables(to folder: String) throws {
    try headTable.write(to: "\(folder)/heads.csv")
    try countTable.write(to: "\(folder)/counts.csv")
    try replacedTable.write(to: "\(folder)/replaced.csv")
  }

  private var headTable: CSVTable {
    var table = CSVTable(columns: [
      "tokens", "sequences", "layer", "head", "class", "median", "quantile_10", "quantile_25", "quantile_75",
      "quantile_90", "entropy", "energy", "energy_after_update", "answer_change", "changed_share",
      "jacobian_norm",
    ])
    for (length, sequences, heads) in regimes.byLength {
      for head in heads {
        table.addRow([
          Double(length), Double(sequences), Double(head.place.layer + 1), Double(head.place.head + 1),
          Double(head.attentionClass.rawValue), head.medianCount, head.quantile(0.1), head.quantile(0.25),
          head.quantile(0.75), head.quantile(0.9), head.entropy, head.energy, head.updatedEnergy,
          head.answerChange, head.changedShare, head.jacobianNorm,
        ])
      }
    }
    return table
  }

  private var countTable: CSVTable {
    var table = CSVTable(columns: ["tokens", "layer", "head", "weights", "queries"])
    for (length, _, heads) in regimes.byLength {
      for head in heads {
        for (k, queries) in head.counts.enumerated() where queries > 0 {
          table.addRow(
            [length, head.place.layer + 1, head.place.head + 1, k, queries].map { Double($0) })
        }
      }
    }
    return table
  }

  private var replacedTable: CSVTable {
    var table = CSVTable(columns: ["replacement", "heads", "cosine_mean", "cosine_least", "spearman"])
    func add(_ name: String, _ heads: Int, _ quality: QualityMeter.Quality) {
      table.addRow([
        name, "\(heads)", "\(quality.meanCosine)", "\(quality.leastCosine)",
        quality.spearman.map { "\($0)" } ?? "",
      ])
    }
    for entry in replacements.entries { add(entry.name, entry.heads, entry.quality) }
    for curve in replacements.curves {
      for point in curve.points { add("curve_\(curve.name)", point.heads, point.quality) }
    }
    return table
  }
}
