import EnergyTransformer
import Foundation
import Kit
import Reporting

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
        return method != .majority ? found : [Double](repeating: found.first ?? 0, count: training.seeds)
      }
      return MethodComparison.Method(
        prefix: method.prefix, label: method.description, scores: try TrialScores(scores))
    }
    comparison = try MethodComparison(
      measure: "accuracy", first: compared[0], others: Array(compared.dropFirst()), better: .highest,
      dependence: .overlappingTraining(
        testCount: graphs.folds.reduce(0) { $0 + $1.test.count },
        trainingCount: graphs.folds.reduce(0) { $0 + $1.training.count }))
  }

  var name: String { graphs.collection.name }

  /// Whether settings were tried.
  var tunes: Bool { training.settings.count > 1 }

  func report(_ record: RunRecord) throws -> RunReport {
    var record = record
    record.headline = ["accuracy", "accuracy_deviation", "majority_accuracy"]
    let sections = [
      try accuracies(), try trainings(), try published(), confused(), try energy(), attention(),
      PageSection.making(
        of: record,
        ending:
          ". Everything is in run.json, the folds and trials one by one in folds.json; the course of the Energy "
          + "Transformer's training is in metrics.csv."),
    ]
    let viewer = try GraphViewer(
      graphs: graphs, model: model,
      predictions: results.result(of: .energyTransformer, fold: 0, seed: 0)?.predictions ?? []
    ).viewer()
    return try RunReport(
      record, introduction: [introduction], sections: sections.compactMap(\.self),
      viewers: [viewer].compactMap(\.self))
  }

  private var introduction: String {
    let folds =
      graphs.hasPublishedFolds
      ? "the test parts of the \(graphs.folds.count) folds are those of the set"
      : "folds are stratified and seeded"
    let split = graphs.folds[0]
    let share = Double(split.validation.count) / Double(split.validation.count + split.training.count)
    return
      "An Energy Transformer tells the class of a graph. \(graphs.reading). Features of a node: "
      + "\(graphs.collection.featureDescription). \(graphs.folds.count) folds, \(folds); in each a fresh model of every "
      + "method learns from the training part, \(NumberText.percent(share, digits: 1)) of which is held back and only chooses "
      + "\(tunes ? "setting and epoch" : "the epoch"), and is judged once on the test part."
  }

  private func accuracies() throws -> PageSection {
    var section = PageSection("Accuracy")
    section.summary = [
      "graph_count": Double(graphs.collection.count), "fold_count": Double(graphs.folds.count),
      "seed_count": Double(training.seeds),
    ]
    section.addComparison(comparison, name: "accuracy", measureLabel: "accuracy", digits: 3)
    let interval = try comparison.difference(overFigure: 0).interval
    section.addNumbers([
      .number("accuracy_low", interval?.lowerBound), .number("accuracy_high", interval?.upperBound),
    ])
    section.addParagraph(comparison.explanation + limits)
    return section
  }

  /// What the comparison cannot tell, behind its explanation.
  private var limits: String {
    if graphs.folds.count == 1 { return " One fold says nothing of other folds." }
    if training.seeds > 1 { return "" }
    return " One seed of weights per fold: its luck is part of the spread between folds."
  }

  /// Classes and predictions of the Energy Transformer over the test parts of all folds.
  private func confused() -> PageSection {
    let found = results.results(of: .energyTransformer).filter { $0.seed == 0 }
    let confusion = ConfusionMatrix(
      labels: found.flatMap { result in
        graphs.folds[result.fold].test.map { graphs.collection.labels[$0] }
      },
      predictions: found.flatMap(\.predictions), classCount: graphs.collection.classCount)
    var section = PageSection("Which classes are confused")
    section.addParagraph(
      "Test graphs of all folds by class and by what the Energy Transformer took them for"
        + (training.seeds > 1 ? ", with the first seed of its weights." : "."))
    section.addConfusion(confusion.counts, classNames: graphs.collection.classNames)
    return section
  }

  private func energy() throws -> PageSection {
    var section = try energies.section(
      "The model of the first fold on the \(energies.fell.count) test graphs of that fold, without noise: the energy "
        + "fell at every step of every block for \(NumberText.percent(energies.shareFell, digits: 1)) of them. Lines are "
        + "means over the graphs, bands one standard deviation between them: large graphs have large energies.",
      title: "Energy falls in every block", yTitle: "energy of a graph",
      steps: model.configuration.descent.steps)
    section.summary["share_energy_fell_every_step"] = energies.shareFell
    return section
  }
}
