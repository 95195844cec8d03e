import EnergyTransformer
import Reporting

extension Report {
  /// Curves on the test nodes of the first split of the largest part.
  func curves() throws -> PageSection {
    let subject = "\(nodes.graph.name), \(NumberText.percent(largest)) to learn from, first split"
    let scores = comparison.drawn[0].scores
    let share = Double(scores.positiveCount) / Double(scores.positiveCount + scores.negativeCount)
    let rates = try comparison.drawn.map { kind, scores in
      let points = try scores.rocCurve().thinned(to: 300)
      return LinePlot.Series(
        label: kind.label, x: points.map(\.falsePositiveRate), y: points.map(\.recall))
    }
    let precisions = try comparison.drawn.map { kind, scores in
      let points = try scores.precisionRecallCurve().thinned(to: 300)
      return LinePlot.Series(label: kind.label, x: points.map(\.recall), y: points.map(\.precision))
    }
    var section = PageSection("Curves")
    section.addFigure(
      "roc.svg", LinePlot.rocCurves(title: "ROC: \(subject)", curves: rates),
      caption: "ROC curves on the test nodes of the first split")
    section.addFigure(
      "precision-recall.svg",
      LinePlot.precisionRecallCurves(
        title: "Precision and recall: \(subject)", curves: precisions, positiveShare: share),
      caption: "Precision against recall on the test nodes of the first split")
    return section
  }

  /// The anomaly among the test nodes that is most surely found, with the neighbours it looks at.
  func neighbourhood() -> PageSection? {
    guard let shown = comparison.shown else { return nil }
    let rows = nodes.graph.neighbours
    let degree = { (node: Int) in rows.columns(of: node).count }
    let anomalies = splits.splits[splits.largest][0].test.filter { nodes.isAnomaly[$0] }
    // A node of a few neighbours can be drawn; where there is none, the one of fewest.
    let clear = anomalies.filter { (3...14).contains(degree($0)) }
    let candidates = clear.isEmpty ? anomalies.min { degree($0) < degree($1) }.map { [$0] } ?? [] : clear
    guard let centre = candidates.max(by: { shown.scores[$0] < shown.scores[$1] }) else { return nil }
    let weights = shown.model.network.attentionWeights(nodes.features, on: models.energyGraph).elements
    let pattern = models.energyGraph.neighbourhoods.pattern.byRow
    let (nearest, further) = (14, 3)
    let strongest = NeighbourhoodDrawing.strongest(around: centre, nearest: nearest, further: further) {
      node in
      (pattern.rowStarts[node]..<pattern.rowStarts[node + 1]).map {
        (Int(pattern.columns[$0]), Double(weights[$0]))
      }
    }
    var drawing = NeighbourhoodDrawing(
      title: "Whom an anomaly of \(nodes.graph.name) looks at", groups: ["normal", "anomaly"],
      nodes: strongest.nodes.map { .init(group: nodes.isAnomaly[$0] ? 1 : 0) }, edges: strongest.edges,
      centre: 0)
    drawing.nodes[0].label = "node \(centre)"
    drawing.weightTitle = "attention, mean over heads"
    drawing.caption =
      "Width is the weight with which a node looks at the one further out (after the last step, mean over heads; "
      + "the loop is a node's weight on itself). Shown are at most \(nearest) neighbours and \(further) of each of "
      + "these, those with the largest weights."
    var section = PageSection("Attention")
    section.addFigure(
      "neighbourhood.svg", drawing, caption: "An anomaly found on the first split, with its neighbours")
    return section
  }
}
