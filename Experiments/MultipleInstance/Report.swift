import EnergyTransformer
import Foundation

/// The page, the figures and the record of a run.
struct Report {
  let data: DataOptions
  let options: RepertoireOptions
  let small: SmallTaskOptions
  let isQuick: Bool
  var repertoires: [RepertoireResult] = []
  private(set) var tasks: [SmallTaskResult] = []

  init(data: DataOptions, options: RepertoireOptions, small: SmallTaskOptions, isQuick: Bool) {
    (self.data, self.options, self.small, self.isQuick) = (data, options, small, isQuick)
  }

  mutating func add(_ task: SmallTaskResult) { tasks.append(task) }

  /// Writes everything to a folder and prints the tables.
  func write(_ record: RunRecord, to folder: String) throws {
    var record = record
    record.summary = try summary()
    if let bytes = PeakMemory.bytes { record.summary["peak_memory_gib"] = Double(bytes) / 0x1p30 }
    record.headline = headline(record.summary)
    record.tables = try tables()
    var figures: [(file: String, caption: String)] = []
    if let plot = try aucPlot() {
      try plot.write(to: "\(folder)/auc.svg")
      figures.append(("auc.svg", "Area under the ROC curve against witness rate"))
    }
    if let plot = coursePlot() {
      try plot.write(to: "\(folder)/training.svg")
      figures.append(("training.svg", "Validation AUC after each epoch, lowest witness rate, first fold"))
    }
    try page(record, figures: figures).write(to: "\(folder)/README.md")
    try record.write(toFolder: folder)
    for table in record.tables {
      print(try TableRecipe.render(table, summary: record.summary).markdown)
    }
    print("Page: \(folder)/README.md")
  }

  /// The numbers of the run record.
  func summary() throws -> [String: Double] {
    var summary: [String: Double] = [:]
    for result in repertoires {
      try comparison(result).add(to: &summary)
      for method in result.methods {
        let prefix = "repertoire_\(method.method.rawValue)"
        summary["\(prefix)_validation_auc_\(result.name)"] = try Spread(of: method.validationAUCs).mean
        summary["\(prefix)_seconds_\(result.name)"] = method.seconds
        if method.method != .kmers {
          summary["\(prefix)_parameter_count"] = Double(method.parameterCount)
        }
        if !method.witnessShares.isEmpty {
          let spread = try Spread(of: method.witnessShares)
          summary["\(prefix)_witness_share_\(result.name)"] = spread.mean
          summary["\(prefix)_witness_share_\(result.name)_deviation"] = spread.standardDeviation
        }
      }
      let others = result.methods.filter { PoolingMethod.baselines.contains($0.method) }
      if let best = try others.map({ try Spread(of: $0.aucs).mean }).max() {
        summary["repertoire_best_baseline_auc_\(result.name)"] = best
      }
      summary["repertoire_preparation_seconds_\(result.name)"] = result.preparation
    }
    for task in tasks { try comparison(task).add(to: &summary) }
    return summary
  }

  /// Hopfield pooling beside every other method on the folds of a result, whose training parts overlap.
  func comparison(_ result: RepertoireResult) throws -> MethodComparison {
    let methods = try result.methods.map { method in
      MethodComparison.Method(
        prefix: Self.prefix(method.method), label: method.method.title, name: Self.name(method.method.title),
        scores: try TrialScores(splits: method.aucs))
    }
    return try MethodComparison(
      measure: "auc_\(result.name)", first: methods[0], others: Array(methods.dropFirst()), better: .highest,
      dependence: .overlappingTraining(testCount: result.testCount, trainingCount: result.trainingCount))
  }

  /// The first method of a task beside the others.
  func comparison(_ task: SmallTaskResult) throws -> MethodComparison {
    let methods = try task.rows.map {
      MethodComparison.Method(
        prefix: $0.method, label: $0.title, name: Self.name($0.title),
        scores: try TrialScores(splits: $0.values))
    }
    return try MethodComparison(
      measure: task.measure, first: methods[0], others: Array(methods.dropFirst()), better: .highest,
      dependence: task.dependence)
  }

  /// What sentences call a method: a title that begins with Hopfield's name stays as it is.
  private static func name(_ title: String) -> String? { title.hasPrefix("Hopfield") ? title : nil }

  /// What stands before the names of a method's AUC.
  private static func prefix(_ method: PoolingMethod) -> String {
    method == .hopfield ? "repertoire_" : "repertoire_\(method.rawValue)_"
  }

  private func headline(_ summary: [String: Double]) -> [String] {
    let names =
      repertoires.map { "repertoire_auc_\($0.name)" } + tasks.map(\.measure)
    return names.filter { summary[$0] != nil }
  }

  private func tables() throws -> [TableRecipe] {
    var tables: [TableRecipe] = []
    if !repertoires.isEmpty {
      tables += [aucTable, timeTable]
      if shownMethods.count > 1, repertoires[0].foldCount > 1 { tables.append(advantageTable) }
      if repertoires.contains(where: { $0.witnessRate != nil }) { tables.append(witnessTable) }
    }
    return try tables
      + self.tasks.map { task in
        try comparison(task).table(
          name: task.measure, measureLabel: task.measure.hasSuffix("auc") ? "AUC" : "accuracy", digits: 3)
      }
  }

  private var shownMethods: [PoolingMethod] {
    PoolingMethod.allCases.filter { method in
      repertoires.contains { $0.methods.contains { $0.method == method } }
    }
  }

  /// A row of a table with the cells of those results that a method has part in.
  private func row(
    _ method: PoolingMethod, _ key: (_ result: RepertoireResult) -> String
  ) -> TableRecipe.Row {
    .init(
      label: method.title,
      summaryKeys: repertoires.map { result in
        result.methods.contains { $0.method == method } ? key(result) : ""
      })
  }

  private var aucTable: TableRecipe {
    TableRecipe(
      name: "repertoires", columns: ["AUC"] + repertoires.map(\.title),
      rows: shownMethods.map { method in
        row(method) {
          let name = Self.prefix(method) + "auc_\($0.name)"
          return $0.foldCount > 1 ? "\(name) ± \(name)_deviation" : name
        }
      }, digits: 3, best: .highest)
  }

  private var advantageTable: TableRecipe {
    TableRecipe(
      name: "repertoire-advantages",
      columns: ["advantage of Hopfield pooling over (95 % interval)"] + repertoires.map(\.title),
      rows: shownMethods.filter { $0 != .hopfield }.map { method in
        row(method) {
          let name = Self.prefix(method) + "auc_\($0.name)_advantage"
          return "\(name)_low … \(name)_high"
        }
      }, digits: 3)
  }

  private var timeTable: TableRecipe {
    TableRecipe(
      name: "repertoire-seconds", columns: ["seconds of training"] + repertoires.map(\.title),
      rows: shownMethods.map { method in
        row(method) { "repertoire_\(method.rawValue)_seconds_\($0.name)" }
      }, digits: 0)
  }

  private var witnessTable: TableRecipe {
    TableRecipe(
      name: "witness-shares", columns: ["share of the weight on witnesses"] + repertoires.map(\.title),
      rows: shownMethods.filter { $0 != .kmers }.map { method in
        row(method) {
          let name = "repertoire_\(method.rawValue)_witness_share_\($0.name)"
          return "\(name) ± \(name)_deviation"
        }
      }, digits: 4)
  }
}
