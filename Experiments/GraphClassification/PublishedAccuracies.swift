/// Accuracies that others published, in percent with their deviation, for the page.
///
/// Source: Hoover et al. 2023, table of graph classification. The first is their Energy Transformer's: in their code one
/// model is trained on the whole set and judged on parts of it, so it is no accuracy on unseen graphs.
enum PublishedAccuracies {
  /// Methods, and by set what they reached on graphs they had not seen.
  static let baselines: [(method: String, bySet: [String: (mean: Double, deviation: Double)])] = [
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
  static let energyTransformerOnSeenGraphs: [String: (mean: Double, deviation: Double)] = [
    "PROTEINS": (90.3, 0.7), "NCI1": (90.1, 0.1), "ENZYMES": (99.8, 0), "MUTAG": (96.6, 0.2),
  ]

  /// The honest figures for a set, best first.
  static func baselines(
    for set: String
  ) -> [(method: String, figure: (mean: Double, deviation: Double))] {
    baselines.compactMap { entry in entry.bySet[set].map { (entry.method, $0) } }
      .sorted { $0.figure.mean > $1.figure.mean }
  }
}
