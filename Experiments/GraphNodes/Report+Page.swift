import EnergyTransformer
import Foundation
import GraphExperiments

extension Report {
  func page(_ record: RunRecord) throws -> MarkdownPage {
    var page = MarkdownPage(title: record.title)
    page.addParagraph(subject)
    try page.addTable(record.tables[0], summary: record.summary)
    page.addParagraph(
      "Mean ± deviation over \(splits.splits[0].count) random splits, the same for every model. "
        + verdict(record.summary))
    page.addHeading("Protocol")
    for paragraph in protocolText(record.summary) { page.addParagraph(paragraph) }
    page.addHeading("Curves")
    page.addImage("roc.svg", caption: "ROC curves on the test nodes of the first split")
    page.addImage(
      "precision-recall.svg", caption: "Precision against recall on the test nodes of the first split")
    page.addHeading("Without labels")
    page.addParagraph(unlabelledText(record.summary))
    try page.addTable(record.tables[1], summary: record.summary)
    page.addHeading("Energy")
    page.addParagraph(
      "The energy of the trained classifiers by part at every step, divided by the number of nodes: the mean "
        + "over the splits with \(percentText(largest)) % to learn from, bands one deviation.")
    page.addImage("energy.svg", caption: "Energy by part against step")
    page.addHeading("Attention")
    page.addImage("neighbourhood.svg", caption: "An anomaly found on the first split, with its neighbours")
    let seconds = Int((record.timings["total"] ?? 0).rounded())
    page.addMaking(
      of: record,
      ending: ", \(seconds) s. Everything is in run.json; each model on each split is in splits.csv.")
    return page
  }

  private var subject: String {
    let graph = nodes.graph
    let share = String(format: "%.1f", 100 * Double(nodes.anomalyCount) / Double(graph.nodeCount))
    return
      "Which nodes of \(graph.name) are anomalies? \(graph.nodeCount) nodes, \(graph.neighbours.pairCount / 2) edges, "
      + "\(graph.featureCount) features, \(nodes.anomalyCount) anomalies (\(share) %). Source: \(graph.source). "
      + "Models learn from \(splits.fractions.map { percentText($0) + " %" }.joined(separator: " or ")) of the nodes "
      + "and are judged on others."
  }

  /// What the numbers say, in words that follow from them.
  private func verdict(_ summary: [String: Double]) -> String {
    let suffix = "auroc_\(percentName(largest))"
    guard let own = summary[suffix] else { return "" }
    let others = kinds.filter { $0 != .energyTransformer }
    let ahead = others.filter { summary[$0.prefix + suffix, default: 0] < own }
    let behind = others.filter { summary[$0.prefix + suffix, default: 0] >= own }
    func list(_ kinds: [NodeModelKind]) -> String {
      kinds.map { "\($0.label.lowercased()) (\(String(format: "%.3f", summary[$0.prefix + suffix] ?? 0)))" }
        .joined(separator: ", ")
    }
    if others.isEmpty { return "No other model was trained in this run." }
    var text =
      "On AUROC at \(percentText(largest)) % the Energy Transformer (\(String(format: "%.3f", own))) "
    text += ahead.isEmpty ? "beats no other model" : "beats \(list(ahead))"
    if behind.isEmpty { return text + "." }
    text += "; it does **not** beat \(list(behind)). "
    return text + "What was tried is in [the experiment's notes](../../Experiments/GraphNodes/README.md)."
  }

  private func protocolText(_ summary: [String: Double]) -> [String] {
    let training = models.training
    let reading =
      nodes.report.map {
        "On reading, direction was removed (edges got both directions), repeats and self loops were dropped, since in "
          + "sets with injected anomalies the directions give the label away: \($0.description). "
      } ?? "The graph is generated with edges in both directions, no repeats and no self loops. "
    let scaling =
      nodes.scale == .linear
      ? "Features are standardised by columns over all nodes (no label is used). "
      : "Features pass a signed logarithm, since the largest deviation of a column is more than "
        + "\(Int(PreparedNodes.largestRatio)) times the smallest, and are standardised by columns over all nodes (no "
        + "label is used). "
    let counts = kinds.map {
      "\($0.label.lowercased()) \(Int(summary["\($0.prefix)parameter_count"] ?? 0))"
    }.joined(separator: ", ")
    return [
      reading + scaling
        + "Every model sees all features and edges, and the labels of its training nodes only. Splits are stratified; "
        + "of the nodes not learned from, one third are validation nodes and two thirds test nodes.",
      "Training is on the whole graph with a class-weighted cross-entropy (an anomaly weighs as many times as there are "
        + "normal nodes to each anomaly among the training nodes), AdamW at a rate of \(training.rate), at most "
        + "\(training.epochs) updates, \(training.patience) without a better validation score at most. In every model "
        + "training leaves out \(percentText(models.model.inputDropout)) % of the features at random, and "
        + "\(percentText(models.model.dropout)) % of the hidden units where there are some. The epoch is that of the best AUROC on the validation nodes, looked at every "
        + "\(NodeTraining.interval) updates, the threshold of macro-F1 that of the best macro-F1 on them; the test nodes "
        + "were used for the numbers of the table alone. Defaults of the program were chosen by validation nodes.",
      "Parameters: \(counts). The conventional block is repeated as often as the descent has steps, "
        + "\(models.model.steps).",
    ]
  }

  private func unlabelledText(_ summary: [String: Double]) -> String {
    guard let error = summary["reconstruction_error"] else {
      return "Scores that need neither labels nor training, judged on all nodes."
    }
    let training = models.training
    return
      "The same network learns to fill in the features of masked nodes (\(percentText(training.mask)) % at a time, "
      + "\(training.maskEpochs) updates); no label is used, not even to choose when to stop. Then every node is scored "
      + "by its own share of the energy, with nothing masked, and by the mean squared error of its features as filled "
      + "in while it is masked (mean over nodes \(String(format: "%.3f", error)); filling in the mean would give 1 for "
      + "every feature that varies). Mean ± deviation over \(training.unlabelledRuns) trainings. A score below 0.5 ranks "
      + "anomalies below normal nodes. Beside them scores that need no training."
  }
}
