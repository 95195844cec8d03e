import EnergyTransformer
import Kit

extension Report {
  /// The curves with their file names.
  func plots() throws -> [(name: String, plot: LinePlot)] {
    var plots = [("roc", try rocPlot()), ("precision-recall", try precisionRecallPlot())]
    if let energies = try energyPlot() { plots.append(("energy", energies)) }
    return plots
  }

  private var curveSubject: String {
    "\(nodes.graph.name), \(percentText(largest)) % to learn from, first split"
  }

  private func rocPlot() throws -> LinePlot {
    .rocCurves(
      title: "ROC: \(curveSubject)",
      curves: try comparison.drawn.map { kind, scores in
        let points = try scores.rocCurve().thinned(to: 300)
        return LinePlot.Series(
          label: kind.label, x: points.map(\.falsePositiveRate), y: points.map(\.recall))
      })
  }

  private func precisionRecallPlot() throws -> LinePlot {
    let scores = comparison.drawn[0].scores
    let share = Double(scores.positiveCount) / Double(scores.positiveCount + scores.negativeCount)
    return .precisionRecallCurves(
      title: "Precision and recall: \(curveSubject)",
      curves: try comparison.drawn.map { kind, scores in
        let points = try scores.precisionRecallCurve().thinned(to: 300)
        return LinePlot.Series(label: kind.label, x: points.map(\.recall), y: points.map(\.precision))
      }, positiveShare: share)
  }

  /// The energy of a node by part against step: mean over nodes, bands one deviation between splits.
  private func energyPlot() throws -> LinePlot? {
    guard let first = comparison.energies.first else { return nil }
    let parts = try first.enumerated().map { index, part in
      let spreads = try part.values.indices.map { moment in
        try Spread(of: comparison.energies.map { $0[index].values[moment] })
      }
      return (label: part.part, spreads: spreads)
    }
    return .energies(
      title: "Energy of a node", yTitle: "energy, mean over nodes", parts: parts,
      blockCount: models.model.blocks, steps: models.model.steps)
  }

  /// The anomaly among the test nodes that is most surely found, with the neighbours it looks at.
  func neighbourhood() -> NeighbourhoodDrawing? {
    guard let shown = comparison.shown else { return nil }
    let rows = nodes.graph.neighbours
    let degree = { (node: Int) in rows.columns(of: node).count }
    let anomalies = splits.splits[splits.largest][0].test.filter { nodes.isAnomaly[$0] }
    // A node of a few neighbours can be drawn; where there is none, the one of fewest.
    let clear = anomalies.filter { (3...14).contains(degree($0)) }
    let candidates = clear.isEmpty ? anomalies.min { degree($0) < degree($1) }.map { [$0] } ?? [] : clear
    guard let centre = candidates.max(by: { shown.scores[$0] < shown.scores[$1] }) else { return nil }
    let weights = shown.model.network.attentionWeights(nodes.features, on: models.energyGraph).elements
    let attention = AttentionNeighbourhood(
      of: centre, pattern: models.energyGraph.neighbourhoods.pattern.byRow, weights: weights.map(Double.init))
    var drawing = NeighbourhoodDrawing(
      title: "Whom an anomaly of \(nodes.graph.name) looks at", groups: ["normal", "anomaly"],
      nodes: attention.nodes.map { .init(group: nodes.isAnomaly[$0] ? 1 : 0) }, edges: attention.edges,
      centre: 0)
    drawing.nodes[0].label = "node \(centre)"
    drawing.weightTitle = "attention, mean over heads"
    drawing.caption =
      "Width is the weight with which a node looks at the one further out (after the last step, mean over heads; "
      + "the loop is a node's weight on itself). Shown are at most \(AttentionNeighbourhood.nearest) neighbours and "
      + "\(AttentionNeighbourhood.further) of each of these, those with the largest weights."
    return drawing
  }
}

/// The neighbours of a node that it looks at most, and those that these look at most.
struct AttentionNeighbourhood {
  static let nearest = 14
  static let further = 3

  /// The nodes by their numbers in the graph, the centre first.
  private(set) var nodes: [Int]
  /// Edges between places in `nodes`, as wide as the attention of the node that was found first.
  private(set) var edges: [NeighbourhoodDrawing.Edge] = []

  init(of centre: Int, pattern: CompressedSparseRows, weights: [Double]) {
    nodes = [centre]
    func seen(from node: Int, atMost count: Int) -> [(node: Int, weight: Double)] {
      let range = pattern.rowStarts[node]..<pattern.rowStarts[node + 1]
      let all = range.map { (node: Int(pattern.columns[$0]), weight: weights[$0]) }.filter { $0.node != node }
      return Array(all.sorted { ($0.weight, $1.node) > ($1.weight, $0.node) }.prefix(count))
    }
    func place(of node: Int) -> Int {
      if let known = nodes.firstIndex(of: node) { return known }
      nodes.append(node)
      return nodes.count - 1
    }
    var drawn: Set<[Int]> = []
    func join(_ from: Int, to others: [(node: Int, weight: Double)]) {
      for other in others {
        let ends = (place(of: from), place(of: other.node))
        guard drawn.insert([min(ends.0, ends.1), max(ends.0, ends.1)]).inserted else { continue }
        edges.append(.init(from: ends.0, to: ends.1, weight: other.weight))
      }
    }
    let near = seen(from: centre, atMost: Self.nearest)
    join(centre, to: near)
    for neighbour in near { join(neighbour.node, to: seen(from: neighbour.node, atMost: Self.further)) }
    let range = pattern.rowStarts[centre]..<pattern.rowStarts[centre + 1]
    if let own = range.first(where: { Int(pattern.columns[$0]) == centre }) {
      edges.append(.init(from: 0, to: 0, weight: weights[own]))
    }
  }
}
