import EnergyTransformer
import Foundation
import Kit

/// The page, the figures and the record of a run.
struct Report {
  let splits: NodeSplits
  let models: NodeModels
  let tuning: Tuning
  let comparison: Comparison
  let unlabelled: UnlabelledScores

  var nodes: PreparedNodes { models.nodes }

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
    let methods = try methodComparison()
    record.summary = try summary(methods)
    record.headline = ["auroc_\(percentName(largest))", "average_precision_\(percentName(largest))"]
    for name in ["energy_score_auroc", "reconstruction_score_auroc"] where record.summary[name] != nil {
      record.headline.append(name)
    }
    record.tables = [
      methods.table(name: "methods", measureLabel: "AUROC, \(NumberText.percent(largest))", digits: 3),
      measuresTable, settingsTable, unlabelledTable,
    ]
    for (name, plot) in try plots() { try plot.write(to: "\(folder)/\(name).svg") }
    if let drawing = neighbourhood() { try drawing.write(to: "\(folder)/neighbourhood.svg") }
    try comparison.table.write(to: "\(folder)/splits.csv")
    if !tuning.trials.isEmpty { try tuning.table.write(to: "\(folder)/trials.csv") }
    // A set of many features has an encoder of hundreds of kilobytes: weights stay where they are small.
    if let model = comparison.shown?.model, model.parameterCount <= 1 << 16 {
      try WeightsFile.write(model, toFolder: folder, metadata: record.options)
    }
    try record.write(with: page(record, methods), toFolder: folder)
  }

  /// The Energy Transformer beside the others by AUROC on the largest part.
  private func methodComparison() throws -> MethodComparison {
    func method(_ kind: NodeModelKind) throws -> MethodComparison.Method {
      .init(
        prefix: kind.prefix, label: kind.label,
        scores: try comparison.scores(kind, largest) { $0.areaUnderROC })
    }
    let split = splits.splits[splits.largest][0]
    return try MethodComparison(
      measure: "auroc_\(percentName(largest))", first: method(.energyTransformer),
      others: kinds.filter { $0 != .energyTransformer }.map(method), better: .highest,
      dependence: .overlappingTraining(testCount: split.test.count, trainingCount: split.training.count))
  }

  private func summary(_ methods: MethodComparison) throws -> [String: Double] {
    var summary: [String: Double] = [:]
    for kind in kinds {
      for fraction in splits.fractions {
        var measures = Self.measures.map { (name: $0.name, value: $0.value) }
        measures.append((name: "validation_auroc", value: { $0.validation }))
        for (name, value) in measures {
          try comparison.scores(kind, fraction, value).add(
            to: &summary, as: "\(kind.prefix)\(name)_\(percentName(fraction))")
        }
      }
      let setting = tuning.setting(kind)
      summary["\(kind.prefix)rate"] = setting.rate
      summary["\(kind.prefix)weight_decay"] = setting.weightDecay
      summary["\(kind.prefix)dropout"] = setting.dropout
      summary["\(kind.prefix)input_dropout"] = setting.inputDropout
      let all = comparison.outcomes.filter { $0.kind == kind }
      summary["\(kind.prefix)parameter_count"] = Double(all[0].parameterCount)
      summary["\(kind.prefix)train_seconds"] = all.reduce(0) { $0 + $1.seconds }
    }
    methods.add(to: &summary)
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

  private var measuresTable: TableRecipe {
    let columns = splits.fractions.flatMap { fraction in
      Self.measures.map { "\($0.label), \(NumberText.percent(fraction))" }
    }
    let hasDeviation = splits.splits[0].count > 1
    return TableRecipe(
      name: "measures", columns: ["Model"] + columns,
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

  private var settingsTable: TableRecipe {
    TableRecipe(
      name: "settings",
      columns: ["Model", "rate", "weight decay", "dropout of hidden units", "dropout of features"],
      rows: kinds.map { kind in
        .init(
          label: kind.label,
          summaryKeys: ["rate", "weight_decay", "dropout", "input_dropout"].map { kind.prefix + $0 })
      }, digits: 4, columnDigits: [4, 3, 1, 1])
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
