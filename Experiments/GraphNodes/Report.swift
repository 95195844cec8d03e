import EnergyTransformer
import Foundation
import GraphExperiments

/// The page, the figures and the record of a run.
struct Report {
  let nodes: PreparedNodes
  let splits: NodeSplits
  let models: NodeModels
  let comparison: Comparison
  let unlabelled: UnlabelledScores

  /// The measures of a model, by their names in the summary.
  static var measures: [(name: String, label: String, value: (Comparison.Outcome) -> Double)] {
    [
      ("auroc", "AUROC", { $0.areaUnderROC }),
      ("average_precision", "average precision", { $0.averagePrecision }),
      ("macro_f1", "macro-F1", { $0.macroF1 }),
    ]
  }

  /// The models that were trained.
  var kinds: [NodeModelKind] {
    NodeModelKind.allCases.filter { kind in comparison.outcomes.contains { $0.kind == kind } }
  }

  var largest: Double { splits.fractions[splits.largest] }

  /// Writes everything to a folder and prints the tables.
  func write(_ record: RunRecord, to folder: String) throws {
    var record = record
    record.summary = try summary()
    record.headline = ["auroc_\(percentName(largest))", "average_precision_\(percentName(largest))"]
    for name in ["energy_score_auroc", "reconstruction_score_auroc"] where record.summary[name] != nil {
      record.headline.append(name)
    }
    record.tables = [comparisonTable, unlabelledTable]
    for (name, plot) in try plots() { try plot.write(to: "\(folder)/\(name).svg") }
    if let drawing = neighbourhood() { try drawing.write(to: "\(folder)/neighbourhood.svg") }
    try comparison.table.write(to: "\(folder)/splits.csv")
    // A set of many features has an encoder of hundreds of kilobytes: weights stay where they are small.
    if let model = comparison.shown?.model, model.parameterCount <= 1 << 16 {
      try WeightsFile.write(model, toFolder: folder, metadata: record.options)
    }
    try page(record).write(to: "\(folder)/README.md")
    try record.write(toFolder: folder)
    for table in record.tables {
      print(try TableRecipe.render(table, summary: record.summary).markdown)
    }
    print("Page: \(folder)/README.md")
  }

  private func summary() throws -> [String: Double] {
    var summary: [String: Double] = [:]
    for kind in kinds {
      for fraction in splits.fractions {
        let outcomes = comparison.outcomes(kind, fraction)
        var measures = Self.measures.map { (name: $0.name, value: $0.value) }
        measures.append((name: "validation_auroc", value: { $0.validation }))
        for (name, value) in measures {
          summary.add(
            try Spread(of: outcomes.map(value)), as: "\(kind.prefix)\(name)_\(percentName(fraction))")
        }
      }
      let all = comparison.outcomes.filter { $0.kind == kind }
      summary["\(kind.prefix)parameter_count"] = Double(all[0].parameterCount)
      summary["\(kind.prefix)train_seconds"] = all.reduce(0) { $0 + $1.seconds }
    }
    for score in unlabelled.scores {
      let spread = try Spread(of: score.areas)
      summary[score.name] = spread.mean
      if score.areas.count > 1 { summary["\(score.name)_deviation"] = spread.standardDeviation }
    }
    if !unlabelled.errors.isEmpty {
      summary["reconstruction_error"] = try Spread(of: unlabelled.errors).mean
    }
    summary["node_count"] = Double(nodes.graph.nodeCount)
    summary["anomaly_count"] = Double(nodes.anomalyCount)
    return summary
  }

  private var comparisonTable: TableRecipe {
    let columns = splits.fractions.flatMap { fraction in
      Self.measures.map { "\($0.label), \(percentText(fraction)) %" }
    }
    let hasDeviation = splits.splits[0].count > 1
    return TableRecipe(
      name: "comparison", columns: ["Model"] + columns,
      rows: kinds.map { kind in
        .init(
          label: kind.label,
          summaryKeys: splits.fractions.flatMap { fraction in
            Self.measures.map { measure in
              let key = "\(kind.prefix)\(measure.name)_\(percentName(fraction))"
              return hasDeviation ? "\(key) ± \(key)_deviation" : key
            }
          })
      }, digits: 3, best: .highest)
  }

  private var unlabelledTable: TableRecipe {
    TableRecipe(
      name: "unlabelled", columns: ["Score", "AUROC over all nodes"],
      rows: unlabelled.scores.map { score in
        .init(
          label: score.label,
          summaryKeys: [score.areas.count > 1 ? "\(score.name) ± \(score.name)_deviation" : score.name])
      }, digits: 3, best: .highest)
  }
}
