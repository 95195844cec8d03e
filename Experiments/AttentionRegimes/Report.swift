import EnergyTransformer
import Foundation

/// The page and the record of a run.
struct Report {
  let model: LoadedModel
  let source: SourceText
  let text: TokenWindows
  let regimes: MeasuredRegimes
  let replacements: Replacements
  let comparison: PeerComparison?

  /// Writes everything to a folder and prints the tables.
  func write(_ record: RunRecord, to folder: String) throws {
    var record = record
    record.summary = summary
    record.tables = recipes
    record.headline = [
      "class_1", "class_2", "class_3", "class_4", "cosine_after_gaussian_first_layer", "sentence_cosine_min",
      "seconds_ratio_pytorch",
    ].filter { record.summary[$0] != nil }
    try writeFigures(to: folder)
    try writeTables(to: folder)
    try page(record).write(to: "\(folder)/README.md")
    try record.write(toFolder: folder)
    for table in record.tables { print(try TableRecipe.render(table, summary: record.summary).markdown) }
    print("Page: \(folder)/README.md")
  }

  // MARK: Numbers

  private var summary: [String: Double] {
    var summary: [String: Double] = [
      "heads": Double(regimes.heads.count), "layers": Double(regimes.layerCount),
      "text_tokens": Double(text.ids.count),
      "cosine_after_gaussian_first_layer": quality("gaussian_layer_1")?.meanCosine ?? 1,
    ]
    for kind in AttentionClass.allCases {
      let found = regimes.heads(ofClass: kind)
      summary["class_\(kind.rawValue)"] = Double(found.count)
      for layer in 0..<regimes.layerCount {
        summary["class_\(kind.rawValue)_layer_\(layer + 1)"] =
          Double(regimes.heads(ofLayer: layer).count { $0.attentionClass == kind })
      }
      for (length, _, heads) in regimes.byLength {
        summary["class_\(kind.rawValue)_length_\(length)"] =
          Double(heads.count { $0.attentionClass == kind })
      }
      if found.isEmpty { continue }
      for (name, value) in Self.means {
        summary["\(name)_class_\(kind.rawValue)"] =
          found.reduce(0) { $0 + value($1) } / Double(found.count)
      }
    }
    for entry in replacements.entries {
      summary["cosine_\(entry.name)"] = entry.quality.meanCosine
      summary["least_cosine_\(entry.name)"] = entry.quality.leastCosine
      if let spearman = entry.quality.spearman { summary["spearman_\(entry.name)"] = spearman }
    }
    if let spearman = replacements.published.spearman { summary["spearman_published"] = spearman }
    for curve in replacements.curves {
      for point in curve.points.dropFirst() {
        summary["curve_\(curve.name)_\(point.heads)"] = point.quality.meanCosine
      }
    }
    return summary.merging(comparison?.numbers ?? [:]) { $1 }
  }

  /// What is averaged over the heads of a class.
  private static let means: [(String, @Sendable (HeadRegime) -> Double)] = [
    ("count", { $0.medianCount }), ("entropy", { $0.entropy }), ("energy", { $0.energy }),
    ("energy_drop", { $0.energy - $0.updatedEnergy }), ("change", { 100 * $0.answerChange }),
    ("changed", { 100 * $0.changedShare }), ("jacobian", { $0.jacobianNorm }),
  ]

  func quality(_ name: String) -> QualityMeter.Quality? {
    replacements.entries.first { $0.name == name }?.quality
  }

  // MARK: Tables

  var recipes: [TableRecipe] { [classTable, layerTable, lengthTable, replacementTable] }

  private var classTable: TableRecipe {
    TableRecipe(
      name: "classes",
      columns: [
        "Class", "Heads", "Weights that make 90 %", "Entropy, nats", "Energy", "Energy given up in an update",
        "Answer moved by one more update, %", "Queries whose answer moves by a tenth, %",
        "Norm of the softmax's Jacobian",
      ],
      rows: AttentionClass.allCases.map { kind in
        let isThere = !regimes.heads(ofClass: kind).isEmpty
        return .init(
          label: "\(kind.numeral), \(Self.meaning(of: kind))",
          summaryKeys: ["class_\(kind.rawValue)"]
            + Self.means.map { isThere ? "\($0.0)_class_\(kind.rawValue)" : "" })
      }, digits: 2, columnDigits: [0, 1, 2, 2, 2, 1, 1, 3])
  }

  private var layerTable: TableRecipe {
    TableRecipe(
      name: "layers", columns: ["Layer"] + AttentionClass.allCases.map { "Class \($0.numeral)" },
      rows: (1...regimes.layerCount).map { layer in
        .init(
          label: "\(layer)",
          summaryKeys: AttentionClass.allCases.map { "class_\($0.rawValue)_layer_\(layer)" })
      }, digits: 0)
  }

  private var lengthTable: TableRecipe {
    TableRecipe(
      name: "lengths", columns: ["Tokens"] + AttentionClass.allCases.map { "Class \($0.numeral)" },
      rows: regimes.byLength.map { length, _, _ in
        .init(
          label: "\(length)",
          summaryKeys: AttentionClass.allCases.map { "class_\($0.rawValue)_length_\(length)" })
      }, digits: 0)
  }

  private var replacementTable: TableRecipe {
    let hasPairs = replacements.hasPairs
    let names = ["uniform", "gaussian", "retrieval"]
    return TableRecipe(
      name: "replacements",
      columns: [
        "Layer", "All heads uniform", "All heads Gaussian", "All heads \(replacements.updates) updates",
        "Averaging heads Gaussian",
      ] + (hasPairs ? ["Spearman, all heads Gaussian"] : []),
      rows: (1...regimes.layerCount).map { layer in
        let averaging = "gaussian_averaging_layer_\(layer)"
        return .init(
          label: "\(layer)",
          summaryKeys: names.map { "cosine_\($0)_layer_\(layer)" }
            + [quality(averaging) == nil ? "" : "cosine_\(averaging)"]
            + (hasPairs
              ? [
                quality("gaussian_layer_\(layer)")?.spearman == nil ? "" : "spearman_gaussian_layer_\(layer)"
              ] : []))
      }, digits: 4)
  }

  static func meaning(of kind: AttentionClass) -> String {
    switch kind {
    case .globalAverage: "global average"
    case .largeMetastable: "large metastable state"
    case .mediumMetastable: "medium metastable state"
    case .smallMetastable: "small metastable state or one token"
    }
  }
}
