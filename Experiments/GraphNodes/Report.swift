import EnergyTransformer
import Foundation
import Kit
import Reporting

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

  /// The largest part of the nodes to learn from.
  var largest: Double { splits.fractions[splits.largest] }

  func report(_ record: RunRecord) throws -> RunReport {
    var record = record
    record.headline = [
      "auroc_\(percentName(largest))", "average_precision_\(percentName(largest))", "energy_score_auroc",
      "reconstruction_score_auroc",
    ]
    let sections = [
      try withLabels(), conduct(), try curves(), try withoutLabels(),
      try comparison.energies.section(
        "The energy of the trained classifiers by part at every step, divided by the number of nodes: the mean "
          + "over the splits with \(NumberText.percent(largest)) to learn from, bands one deviation.",
        title: "Energy of a node", yTitle: "energy, mean over nodes", steps: models.model.steps),
      neighbourhood(),
      PageSection.making(
        of: record,
        ending:
          ", \(Int((record.timings["total"] ?? 0).rounded())) s. Everything is in run.json; each training is in "
          + "splits.csv" + (tuning.trials.isEmpty ? "." : ", each trial in trials.csv.")),
    ]
    let viewer = try comparison.shown.map { shown in
      try NodeViewer(models: models, split: splits.splits[splits.largest][0], shown: shown).viewer()
    }
    return try RunReport(
      record, introduction: [subject], sections: sections.compactMap(\.self),
      viewers: [viewer].compactMap(\.self))
  }

  private var subject: String {
    let graph = nodes.graph
    let share = Double(nodes.anomalyCount) / Double(graph.nodeCount)
    return
      "Which nodes of \(graph.name) are anomalies? \(graph.nodeCount) nodes, \(graph.neighbours.pairCount / 2) edges, "
      + "\(graph.featureCount) features, \(nodes.anomalyCount) anomalies (\(NumberText.percent(share, digits: 1))). "
      + "Source: \(graph.source). Models learn from "
      + "\(splits.fractions.map { NumberText.percent($0) }.joined(separator: " or ")) of the nodes and are judged on "
      + "others."
  }

  /// The Energy Transformer beside the others by AUROC on the largest part, and all measures on all parts.
  private func withLabels() throws -> PageSection {
    let compared = try kinds.map { kind in
      MethodComparison.Method(
        prefix: kind.prefix, label: kind.label, scores: try comparison.scores(kind, largest, "auroc"))
    }
    let split = splits.splits[splits.largest][0]
    let methods = try MethodComparison(
      measure: "auroc_\(percentName(largest))", first: compared[0], others: Array(compared.dropFirst()),
      better: .highest,
      dependence: .overlappingTraining(testCount: split.test.count, trainingCount: split.training.count))
    var section = PageSection("With labels")
    section.summary = [
      "node_count": Double(nodes.graph.nodeCount), "anomaly_count": Double(nodes.anomalyCount),
    ]
    section.addComparison(
      methods, name: "methods", measureLabel: "AUROC, \(NumberText.percent(largest))", digits: 3)
    section.addParagraph(methods.explanation)
    try addMeasures(to: &section)
    section.addParagraph(
      "All measures: mean ± deviation between the \(splits.splits[0].count) splits, each the mean over "
        + "\(models.training.seeds) seeds of weights.")
    section.addFile("splits.csv", comparison.table)
    return section
  }

  private func addMeasures(to section: inout PageSection) throws {
    for kind in kinds {
      for fraction in splits.fractions {
        for (name, _) in Comparison.measures {
          try comparison.scores(kind, fraction, name).add(
            to: &section.summary, as: "\(kind.prefix)\(name)_\(percentName(fraction))")
        }
      }
      let all = comparison.outcomes.filter { $0.kind == kind }
      section.summary["\(kind.prefix)train_seconds"] = all.reduce(0) { $0 + $1.seconds }
    }
    let cells = splits.fractions.flatMap { fraction in
      Comparison.measures.dropFirst().map { name, label in
        (key: "\(name)_\(percentName(fraction))", column: "\(label), \(NumberText.percent(fraction))")
      }
    }
    let hasDeviation = splits.splits[0].count > 1
    section.addTable(
      "measures", columns: ["Model"] + cells.map(\.column), digits: 3, best: .highest,
      rows: kinds.map { kind in
        let keys = cells.map { kind.prefix + $0.key }
        return (kind.label, keys.map { .summary(hasDeviation ? "\($0) ± \($0)_deviation" : $0) })
      })
  }

  private func withoutLabels() throws -> PageSection {
    var section = PageSection("Without labels")
    let (training, error) = (
      models.training, try unlabelled.errors.isEmpty ? nil : Spread(of: unlabelled.errors).mean
    )
    section.addNumbers([.number("reconstruction_error", error)])
    section.addParagraph(
      error.map { error in
        "The same network learns to fill in the features of masked nodes (\(NumberText.percent(training.mask)) at a time, "
          + "\(training.maskEpochs) updates); no label is used, not even to choose when to stop. Then every node is scored "
          + "by its own share of the energy, with nothing masked, and by the mean squared error of its features as filled "
          + "in while it is masked (mean over nodes \(String(format: "%.3f", error)); filling in the mean would give 1 for "
          + "every feature that varies). Mean ± deviation over \(training.unlabelledRuns) trainings. A score below 0.5 ranks "
          + "anomalies below normal nodes. Beside them scores that need no training."
      } ?? "Scores that need neither labels nor training, judged on all nodes.")
    section.addTable(
      "unlabelled", columns: ["Score", "AUROC over all nodes"], digits: 3, best: .highest,
      rows: try unlabelled.scores.map { score in
        let spread = try Spread(of: score.areas)
        return (
          score.label,
          [score.areas.count > 1 ? .spread(score.name, spread) : .number(score.name, spread.mean)]
        )
      })
    return section
  }
}
