import Reporting

extension Report {
  /// What others published for this set, where they did, beside the interval of this page's own mean.
  func published() throws -> PageSection? {
    let figures = PublishedAccuracies.figures(for: name)
    guard !figures.isEmpty else { return nil }
    var section = PageSection("Beside published figures")
    let verdicts = try section.addPublished(
      figures, beside: comparison, judgedOn: PublishedAccuracies.notSeen, measureLabel: "accuracy, %",
      judgedOnLabel: "graphs under test", scale: 100, digits: 1)
    let counts = [MethodDifference.Verdict.ahead, .behind, .undecided].map { verdict in
      "\(verdict.place) \(verdicts.count { $0 == verdict })"
    }
    section.addParagraph(
      "Of the \(verdicts.count) figures for graphs not seen: \(counts.joined(separator: ", ")). The words say where the 95 % "
        + "interval of this page's own mean lies, which knows the chance of this page alone. The published spreads belong to "
        + "other protocols (other folds, other repetitions, other ways to choose settings) and are not compared with. "
        + "Those figures are quoted from the table of the Energy Transformer's paper, with each method's own folds and "
        + "the full feature set of the collection; the files used here have what the first lines of this page say. The "
        + "published Energy Transformer's figure is not an accuracy on unseen graphs: in its published code one model is "
        + "trained on the whole set and then judged on parts of it.")
    return section
  }
}

/// Accuracies that others published, in percent with their deviation.
///
/// Source: Hoover et al. 2023, table of graph classification. Their Energy Transformer's is no accuracy on unseen graphs: in
/// their code one model is trained on the whole set and judged on parts of it.
private enum PublishedAccuracies {
  static let notSeen = "not seen in training"

  /// Methods, and by set what they reached on graphs they had not seen.
  private static let baselines: [(method: String, bySet: [String: (mean: Double, deviation: Double)])] = [
    ("WKPI-kmeans", ["PROTEINS": (78.5, 0.4), "NCI1": (87.5, 0.5), "MUTAG": (85.8, 2.5)]),
    ("WKPI-kcenters", ["PROTEINS": (75.2, 0.4), "NCI1": (84.5, 0.5), "MUTAG": (88.3, 2.6)]),
    ("Spec-GN", ["NCI1": (84.8, 1.6), "ENZYMES": (72.5, 5.8)]),
    ("Norm-GN", ["NCI1": (84.9, 1.7), "ENZYMES": (73.3, 8.0)]),
    ("GWL-WL", ["PROTEINS": (75.8, 0.6), "ENZYMES": (71.3, 1.1)]),
    ("HGP-SL", ["PROTEINS": (84.9, 1.6), "NCI1": (78.5, 0.8), "ENZYMES": (68.8, 2.1)]),
    ("DSGCN", ["PROTEINS": (77.3, 0.4), "ENZYMES": (78.4, 0.6)]),
    ("U2GNN", ["PROTEINS": (80.0, 3.2), "MUTAG": (88.5, 7.1)]),
    ("NDP", ["PROTEINS": (73.4, 3.1), "NCI1": (74.2, 1.7), "ENZYMES": (44.5, 7.4), "MUTAG": (87.9, 5.7)]),
    ("ASAP", ["PROTEINS": (74.2, 0.8), "NCI1": (71.5, 0.4)]),
    ("EvoG", ["ENZYMES": (55.7, 0), "MUTAG": (100.0, 0)]),
  ]

  /// What was published for the Energy Transformer, on graphs that its model had seen.
  private static let energyTransformer: [String: (mean: Double, deviation: Double)] = [
    "PROTEINS": (90.3, 0.7), "NCI1": (90.1, 0.1), "ENZYMES": (99.8, 0), "MUTAG": (96.6, 0.2),
  ]

  /// The figures for a set: those for graphs not seen, best first, and then the Energy Transformer's; none where there are
  /// none for graphs not seen.
  static func figures(for set: String) -> [PublishedFigure] {
    func figure(
      _ label: String, _ percent: (mean: Double, deviation: Double), seen: Bool
    ) -> PublishedFigure {
      PublishedFigure(
        label: label, mean: percent.mean / 100, deviation: percent.deviation / 100,
        judgedOn: seen ? "seen in training" : notSeen, isComparable: !seen)
    }
    let unseen = baselines.compactMap { entry in
      entry.bySet[set].map { figure(entry.method, $0, seen: false) }
    }.sorted { $0.mean > $1.mean }
    let seen = energyTransformer[set].map { figure("Energy Transformer, published", $0, seen: true) }
    return unseen.isEmpty ? [] : unseen + [seen].compactMap(\.self)
  }
}
