import EnergyTransformer
import Foundation
import GraphExperiments

/// The page, the figures and the record of a run.
struct Report {
  let graphs: PreparedGraphs
  let options: ModelOptions
  let training: TrainingOptions
  let results: FoldResults
  let methods: [Method]
  let model: GraphEnergyTransformer<Float>
  let course: EnergyCourse

  var name: String { graphs.collection.name }

  /// Writes everything to a folder and prints the table.
  func write(_ record: RunRecord, to folder: String) throws {
    var record = record
    record.summary = try summary()
    record.headline =
      ["accuracy", "accuracy_deviation"] + (methods.contains(.majority) ? ["majority_accuracy"] : [])
    record.tables = [recipe, confusionRecipe]
    try energyPlot().write(to: "\(folder)/energy.svg")
    let drawing = try attentionDrawing()
    try drawing?.write(to: "\(folder)/attention.svg")
    try page(record, drawing: drawing).write(to: "\(folder)/README.md")
    try record.write(toFolder: folder)
    print(try TableRecipe.render(recipe, summary: record.summary).markdown)
    print("Page: \(folder)/README.md")
  }

  /// The numbers of the run record.
  func summary() throws -> [String: Double] {
    var summary: [String: Double] = [
      "share_energy_fell_every_step": course.shareFell, "graph_count": Double(graphs.collection.count),
      "fold_count": Double(graphs.folds.count),
    ]
    for method in methods {
      let found = results.results(of: method)
      summary.add(try Spread(of: found.map(\.accuracy)), as: method.accuracyName)
      summary["\(method.rawValue)_validation_accuracy"] = try Spread(of: found.map(\.validationAccuracy)).mean
      summary["\(method.rawValue)_parameter_count"] = Double(found.first?.parameterCount ?? 0)
      summary["\(method.rawValue)_train_seconds"] = found.reduce(0) { $0 + $1.seconds }
    }
    for (label, row) in confusion.counts.enumerated() {
      for (prediction, count) in row.enumerated() {
        summary["confusion_\(label)_\(prediction)"] = Double(count)
      }
    }
    return summary
  }

  /// Classes and predictions of the Energy Transformer over the test parts of all folds.
  private var confusion: ConfusionMatrix {
    let found = results.results(of: .energyTransformer)
    return ConfusionMatrix(
      labels: found.flatMap { result in
        graphs.folds[result.fold].test.map { graphs.collection.labels[$0] }
      },
      predictions: found.flatMap(\.predictions), classCount: graphs.collection.classCount)
  }

  private var recipe: TableRecipe {
    TableRecipe(
      name: "accuracy", columns: ["method", "accuracy", "parameters", "seconds of training"],
      rows: methods.map { method in
        .init(
          label: method.title,
          summaryKeys: [
            "\(method.accuracyName) ± \(method.accuracyName)_deviation", "\(method.rawValue)_parameter_count",
            "\(method.rawValue)_train_seconds",
          ])
      }, digits: 3, columnDigits: [3, 0, 0])
  }

  private var confusionRecipe: TableRecipe {
    let names = graphs.collection.classNames
    return TableRecipe(
      name: "confusion", columns: ["class"] + names.map { "taken for \($0)" },
      rows: names.indices.map { label in
        .init(label: names[label], summaryKeys: names.indices.map { "confusion_\(label)_\($0)" })
      }, digits: 0)
  }

  private func page(_ record: RunRecord, drawing: NeighbourhoodDrawing?) throws -> MarkdownPage {
    var page = MarkdownPage(title: record.title)
    page.addParagraph(introduction)
    try page.addTable(recipe, summary: record.summary)
    page.addParagraph(try verdict(record.summary))
    addPublished(to: &page, record.summary)
    page.addHeading("Which classes are confused")
    page.addParagraph("Test graphs of all folds by class and by what the Energy Transformer took them for.")
    try page.addTable(confusionRecipe, summary: record.summary)
    page.addHeading("Energy")
    page.addParagraph(
      "The model of the first fold on the \(course.fell.count) test graphs of that fold, without noise: the energy "
        + "fell at every step of every block for \(percent(course.shareFell)) of them. Lines are means over the "
        + "graphs, bands one standard deviation between them: large graphs have large energies.")
    page.addImage("energy.svg", caption: "Energy by part against step")
    if let drawing {
      page.addHeading("Where the class token looks")
      page.addImage("attention.svg", caption: drawing.caption)
    }
    page.addMaking(
      of: record,
      ending:
        ". Everything is in run.json, the folds one by one in folds.json; the course of the Energy Transformer's "
        + "training is in metrics.csv.")
    return page
  }

  private var introduction: String {
    let folds =
      graphs.hasPublishedFolds
      ? "the test parts of the \(graphs.folds.count) folds are those of the set"
      : "folds are stratified and seeded"
    return
      "An Energy Transformer tells the class of a graph. \(graphs.reading). Features of a node: "
      + "\(graphs.collection.featureDescription). \(graphs.folds.count) folds, \(folds); in each a fresh model of every "
      + "method learns from the training part, \(percent(validationShare)) of which is held back and only chooses the "
      + "epoch, and is judged once on the test part. Accuracies are means and standard deviations over the folds."
  }

  private var validationShare: Double {
    let split = graphs.folds[0]
    return Double(split.validation.count) / Double(split.validation.count + split.training.count)
  }

  func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
}
