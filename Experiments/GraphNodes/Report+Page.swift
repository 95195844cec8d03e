import EnergyTransformer
import Foundation
import Kit

extension Report {
  func page(_ record: RunRecord, _ methods: MethodComparison) throws -> MarkdownPage {
    var page = MarkdownPage(title: record.title)
    page.addParagraph(subject)
    try page.addTable(record.tables[0], summary: record.summary)
    page.addParagraph(methods.sentence(digits: 3) + " " + methods.explanation)
    try page.addTable(record.tables[1], summary: record.summary)
    page.addParagraph(
      "All measures: mean ± deviation between the \(splits.splits[0].count) splits, each the mean over "
        + "\(models.training.seeds) seeds of weights.")
    page.addHeading("Protocol")
    for paragraph in protocolText(record.summary) { page.addParagraph(paragraph) }
    try page.addTable(record.tables[2], summary: record.summary)
    page.addHeading("Curves")
    page.addImage("roc.svg", caption: "ROC curves on the test nodes of the first split")
    page.addImage(
      "precision-recall.svg", caption: "Precision against recall on the test nodes of the first split")
    page.addHeading("Without labels")
    page.addParagraph(unlabelledText(record.summary))
    try page.addTable(record.tables[3], summary: record.summary)
    page.addHeading("Energy")
    page.addParagraph(
      "The energy of the trained classifiers by part at every step, divided by the number of nodes: the mean "
        + "over the splits with \(NumberText.percent(largest)) to learn from, bands one deviation.")
    page.addImage("energy.svg", caption: "Energy by part against step")
    page.addHeading("Attention")
    page.addImage("neighbourhood.svg", caption: "An anomaly found on the first split, with its neighbours")
    let seconds = Int((record.timings["total"] ?? 0).rounded())
    page.addMaking(
      of: record,
      ending: ", \(seconds) s. Everything is in run.json; each training is in splits.csv"
        + (tuning.trials.isEmpty ? "." : ", each trial in trials.csv."))
    return page
  }

  private var subject: String {
    let graph = nodes.graph
    let share = Double(nodes.anomalyCount) / Double(graph.nodeCount)
    return
      "Which nodes of \(graph.name) are anomalies? \(graph.nodeCount) nodes, \(graph.neighbours.pairCount / 2) edges, "
      + "\(graph.featureCount) features, \(nodes.anomalyCount) anomalies (\(NumberText.percent(share, digits: 1))). Source: \(graph.source). "
      + "Models learn from \(splits.fractions.map { NumberText.percent($0) }.joined(separator: " or ")) of the nodes "
      + "and are judged on others."
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
      tuningText,
      "Training is on the whole graph with a class-weighted cross-entropy (an anomaly weighs as many times as there are "
        + "normal nodes to each anomaly among the training nodes), AdamW, at most \(training.epochs) updates, "
        + "\(training.patience) without a better validation score at most. The epoch is that of the best AUROC on the "
        + "validation nodes, looked at every \(NodeModels.interval) updates, the threshold of macro-F1 that of the best "
        + "macro-F1 on them.",
      "Parameters: \(counts). The conventional block is repeated as often as the descent has steps, "
        + "\(models.model.steps).",
    ]
  }

  private var tuningText: String {
    let fixed =
      "Sizes, steps, step size and read-out of the Energy Transformer are the program's defaults, which came from earlier "
      + "trials on reddit and inj_cora that looked at nodes of those graphs which score now"
    guard !tuning.trials.isEmpty else {
      return "Nothing was tuned on this graph"
        + (models.training.trials > 1
          ? ", which has too few anomalies to set nodes aside for it (\(PreparedNodes.leastAnomalies) are needed among "
            + "them)" : "")
        + ": every model is trained with the rate, decay and dropouts of the program's options. \(fixed)."
    }
    return
      "\(splits.setAside.count) nodes, \(splits.setAside.count { nodes.isAnomaly[$0] }) of them anomalies, were set aside for tuning, the same "
      + "for every seed; they are in no split of the tables, neither to learn from nor to judge. On "
      + "\(splits.tuning.count == 1 ? "a split" : "\(splits.tuning.count) splits") of them every model tried the same \(tuning.candidates.count) settings of rate, weight decay and dropouts, "
      + "with the same weights, and took that of the best mean AUROC (below; every trial is in trials.csv). \(fixed)."
  }

  private func unlabelledText(_ summary: [String: Double]) -> String {
    guard let error = summary["reconstruction_error"] else {
      return "Scores that need neither labels nor training, judged on all nodes."
    }
    let training = models.training
    return
      "The same network learns to fill in the features of masked nodes (\(NumberText.percent(training.mask)) at a time, "
      + "\(training.maskEpochs) updates); no label is used, not even to choose when to stop. Then every node is scored "
      + "by its own share of the energy, with nothing masked, and by the mean squared error of its features as filled "
      + "in while it is masked (mean over nodes \(String(format: "%.3f", error)); filling in the mean would give 1 for "
      + "every feature that varies). Mean ± deviation over \(training.unlabelledRuns) trainings. A score below 0.5 ranks "
      + "anomalies below normal nodes. Beside them scores that need no training."
  }
}
