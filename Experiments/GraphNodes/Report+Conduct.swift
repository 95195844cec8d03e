import EnergyTransformer
import Reporting

extension Report {
  /// How data, settings and trainings came about.
  func conduct() -> PageSection {
    let training = models.training
    let counts = kinds.map { kind in (kind, comparison.parameterCount(kind)) }
    var section = PageSection("Protocol")
    section.addParagraph(
      reading
        + "Every model sees all features and edges, and the labels of its training nodes only. Splits are stratified; "
        + "of the nodes not learned from, one third are validation nodes and two thirds test nodes.")
    section.addParagraph(tuned)
    section.addParagraph(
      "Training is on the whole graph with a class-weighted cross-entropy (an anomaly weighs as many times as there are "
        + "normal nodes to each anomaly among the training nodes), AdamW, at most \(training.epochs) updates, "
        + "\(training.patience) without a better validation score at most. The epoch is that of the best AUROC on the "
        + "validation nodes, looked at every \(NodeModels.interval) updates, the threshold of macro-F1 that of the best "
        + "macro-F1 on them.")
    section.addParagraph(
      "Parameters: \(counts.map { "\($0.label.lowercased()) \($1)" }.joined(separator: ", ")). The conventional block is "
        + "repeated as often as the descent has steps, \(models.model.steps).")
    section.addNumbers(counts.map { .number("\($0.prefix)parameter_count", Double($1)) })
    section.addTable(
      "settings",
      columns: ["Model", "rate", "weight decay", "dropout of hidden units", "dropout of features"],
      digits: 4, columnDigits: [4, 3, 1, 1],
      rows: kinds.map { kind in
        (kind.label, tuning.setting(of: kind).numbers.map { .number(kind.prefix + $0.key, $0.value) })
      })
    if !tuning.trials.isEmpty { section.addFile("trials.csv", tuning.table) }
    return section
  }

  private var reading: String {
    let edges =
      nodes.report.map {
        "On reading, direction was removed (edges got both directions), repeats and self loops were dropped, since in "
          + "sets with injected anomalies the directions give the label away: \($0.description). "
      } ?? "The graph is generated with edges in both directions, no repeats and no self loops. "
    let scaling =
      nodes.scale == .linear
      ? "Features are"
      : "Features pass a signed logarithm, since the largest deviation of a column is more than "
        + "\(Int(PreparedNodes.largestRatio)) times the smallest, and are"
    return edges + scaling + " standardised by columns over all nodes (no label is used). "
  }

  private var tuned: String {
    let fixed =
      "Sizes, steps, step size and read-out of the Energy Transformer are the program's defaults, which came from earlier "
      + "trials on reddit and inj_cora that looked at nodes of those graphs which score now"
    guard !tuning.trials.isEmpty else {
      let few =
        models.training.trials > 1
        ? ", which has too few anomalies to set nodes aside for it (\(PreparedNodes.leastAnomalies) are needed among "
          + "them)" : ""
      return
        "Nothing was tuned on this graph\(few): every model is trained with the rate, decay and dropouts of the program's "
        + "options. \(fixed)."
    }
    let anomalies = splits.setAside.count { nodes.isAnomaly[$0] }
    return
      "\(splits.setAside.count) nodes, \(anomalies) of them anomalies, were set aside for tuning, the same for every "
      + "seed; they are in no split of the tables, neither to learn from nor to judge. On "
      + "\(splits.tuning.count == 1 ? "a split" : "\(splits.tuning.count) splits") of them every model tried the same "
      + "\(tuning.settings.count) settings of rate, weight decay and dropouts, with the same weights, and took that of "
      + "the best mean AUROC (below; every trial is in trials.csv). \(fixed)."
  }
}
