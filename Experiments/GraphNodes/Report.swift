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
        scores: try comparison.scores(kind, largest, "auroc"))
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
        for (name, _) in Comparison.measures {
          try comparison.scores(kind, fraction, name).add(
            to: &summary, as: "\(kind.prefix)\(name)_\(percentName(fraction))")
        }
      }
      for (name, value) in tuning.setting(kind).numbers { summary["\(kind.prefix)\(name)"] = value }
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
    let cells = splits.fractions.flatMap { fraction in
      Comparison.measures.dropFirst().map { name, label in
        (key: "\(name)_\(percentName(fraction))", column: "\(label), \(NumberText.percent(fraction))")
      }
    }
    let hasDeviation = splits.splits[0].count > 1
    return TableRecipe(
      name: "measures", columns: ["Model"] + cells.map(\.column),
      rows: kinds.map { kind in
        let keys = cells.map { kind.prefix + $0.key }
        return .init(
          label: kind.label, summaryKeys: hasDeviation ? keys.map { "\($0) ± \($0)_deviation" } : keys)
      }, digits: 3, best: .highest)
  }

  private var settingsTable: TableRecipe {
    TableRecipe(
      name: "settings",
      columns: ["Model", "rate", "weight decay", "dropout of hidden units", "dropout of features"],
      rows: kinds.map { kind in
        let numbers = tuning.setting(kind).numbers
        return .init(label: kind.label, summaryKeys: numbers.map { kind.prefix + $0.key })
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
