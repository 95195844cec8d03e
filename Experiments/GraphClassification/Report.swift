import EnergyTransformer
import Foundation
import Kit

/// The page, the figures and the record of a run.
struct Report {
  let graphs: PreparedGraphs
  let training: TrainingOptions
  let results: FoldResults
  let methods: [Method]
  let model: GraphEnergyTransformer<Float>
  /// What the model of the first fold does to the graphs under test there.
  let energies: BlockEnergies
  /// All methods on the same folds and seeds.
  let comparison: MethodComparison
  private let dependence: MethodDifference.Dependence

  init(
    graphs: PreparedGraphs, training: TrainingOptions, results: FoldResults, methods: [Method],
    model: GraphEnergyTransformer<Float>, energies: BlockEnergies
  ) throws {
    (self.graphs, self.training, self.results) = (graphs, training, results)
    (self.methods, self.model, self.energies) = (methods, model, energies)
    let compared = try methods.map { method in
      // What is not trained has one result for all seeds.
      let scores = graphs.folds.indices.map { fold in
        let found = results.results(of: method).filter { $0.fold == fold }.map(\.accuracy)
        return method.isTrained ? found : [Double](repeating: found.first ?? 0, count: training.seeds)
      }
      return MethodComparison.Method(
        prefix: method.prefix, label: method.title, scores: try TrialScores(scores))
    }
    dependence = .overlappingTraining(
      testCount: graphs.folds.reduce(0) { $0 + $1.test.count },
      trainingCount: graphs.folds.reduce(0) { $0 + $1.training.count })
    comparison = try MethodComparison(
      measure: "accuracy", first: compared[0], others: Array(compared.dropFirst()), better: .highest,
      dependence: dependence)
  }

  var name: String { graphs.collection.name }

  /// Writes everything to a folder and prints the table.
  func write(_ record: RunRecord, to folder: String) throws {
    var record = record
    record.summary = try summary()
    record.headline = ["accuracy", "accuracy_deviation", "majority_accuracy"].filter {
      record.summary[$0] != nil
    }
    record.tables = [recipe, trainingRecipe] + (tunes ? [settingsRecipe] : []) + [confusionRecipe]
    try energies.plot(
      title: "Energy falls in every block", yTitle: "energy of a graph",
      steps: model.configuration.descent.steps
    ).write(to: "\(folder)/energy.svg")
    let drawing = try attentionDrawing()
    try drawing?.write(to: "\(folder)/attention.svg")
    try record.write(with: page(record, drawing: drawing), toFolder: folder)
  }

  /// The numbers of the run record.
  func summary() throws -> [String: Double] {
    var summary: [String: Double] = [
      "share_energy_fell_every_step": energies.shareFell, "graph_count": Double(graphs.collection.count),
      "fold_count": Double(graphs.folds.count), "seed_count": Double(training.seeds),
    ]
    comparison.add(to: &summary)
    let interval = try difference(over: 0).interval
    summary["accuracy_low"] = interval?.lowerBound
    summary["accuracy_high"] = interval?.upperBound
    addTrials(to: &summary)
    for method in methods {
      let found = results.results(of: method)
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
    let found = results.results(of: .energyTransformer).filter { $0.seed == 0 }
    return ConfusionMatrix(
      labels: found.flatMap { result in
        graphs.folds[result.fold].test.map { graphs.collection.labels[$0] }
      },
      predictions: found.flatMap(\.predictions), classCount: graphs.collection.classCount)
  }

  private var recipe: TableRecipe {
    comparison.table(name: "accuracy", measureLabel: "accuracy", digits: 3)
  }

  private var trainingRecipe: TableRecipe {
    TableRecipe(
      name: "training", columns: ["method", "parameters", "seconds of trials", "seconds of training"],
      rows: methods.map { method in
        .init(
          label: method.title,
          summaryKeys: [
            "\(method.rawValue)_parameter_count",
            tunes && method.isTrained ? "\(method.rawValue)_trial_seconds" : "",
            "\(method.rawValue)_train_seconds",
          ])
      }, digits: 0)
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
    page.addParagraph(comparison.sentence(digits: 3))
    page.addParagraph(comparison.explanation + limits)
    page.addHeading("How every method was trained")
    for paragraph in protocolParagraphs { page.addParagraph(paragraph) }
    try page.addTable(trainingRecipe, summary: record.summary)
    if tunes {
      page.addParagraph(
        "How many of the folds chose each of the settings. Every trial is in \(FoldResults.trialsFileName).")
      try page.addTable(settingsRecipe, summary: record.summary)
    }
    try addPublished(to: &page, record.summary)
    page.addHeading("Which classes are confused")
    page.addParagraph(
      "Test graphs of all folds by class and by what the Energy Transformer took them for"
        + (training.seeds > 1 ? ", with the first seed of its weights." : "."))
    try page.addTable(confusionRecipe, summary: record.summary)
    page.addHeading("Energy")
    page.addParagraph(
      "The model of the first fold on the \(energies.fell.count) test graphs of that fold, without noise: the energy "
        + "fell at every step of every block for \(NumberText.percent(energies.shareFell, digits: 1)) of them. Lines are means over the "
        + "graphs, bands one standard deviation between them: large graphs have large energies.")
    page.addImage("energy.svg", caption: "Energy by part against step")
    if let drawing {
      page.addHeading("Where the class token looks")
      page.addImage("attention.svg", caption: drawing.caption)
    }
    page.addMaking(
      of: record,
      ending:
        ". Everything is in run.json, the folds and trials one by one in folds.json; the course of the Energy "
        + "Transformer's training is in metrics.csv.")
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
      + "method learns from the training part, \(NumberText.percent(validationShare, digits: 1)) of which is held back and only chooses "
      + "\(tunes ? "setting and epoch" : "the epoch"), and is judged once on the test part."
  }

  /// The Energy Transformer's mean accuracy over a figure that has no trials, such as a published one; over 0 the interval
  /// is that of the mean.
  func difference(over figure: Double) throws -> MethodDifference {
    try MethodDifference(
      of: comparison.first.scores, overFigure: figure, better: .highest, dependence: dependence)
  }

  /// Whether settings were tried.
  var tunes: Bool { training.settings.count > 1 }

  private var validationShare: Double {
    let split = graphs.folds[0]
    return Double(split.validation.count) / Double(split.validation.count + split.training.count)
  }
}
