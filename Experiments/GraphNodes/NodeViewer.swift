import EnergyTransformer
import Kit
import Reporting

/// The descent of some nodes under test, to step through: their energies and those of their neighbours, where each head looks, and
/// what the model would say if it stopped there.
struct NodeViewer {
  let models: NodeModels
  let split: StratifiedSplit
  let shown: Comparison.Shown

  /// The most neighbours of a node that are drawn, and of each of these.
  private static let nearest = 10, further = 2

  private var nodes: PreparedNodes { models.nodes }

  func viewer() throws -> StepViewer {
    let (network, graph) = (shown.model.network, models.energyGraph)
    let trace = network.trace(nodes.features, on: graph, recording: [.energies, .states(every: 1)])
    for result in trace { try result.checkFinite("the descent of the nodes") }
    let steps = TracedSteps(of: trace)
    let heads = StepViewer.shownHeads(of: network.configuration.headCount)
    let all = neighbourhoods(of: candidates.map(\.node), trace, steps)
    let traced = TracedNodes(
      all.joined(), over: graph.neighbourhoods, in: trace, at: steps.places, of: network.blocks)
    var graphs = all.map { around in traced.graph(of: around, heads: heads, drawn: drawn) }
    let weights = graphs.map { $0.pairs.count * heads.count * steps.places.count }.max() ?? 0
    let items = candidates.prefix(StepViewer.graphCount(weightsEach: weights))
    graphs = Array(graphs.prefix(items.count))

    var viewer = StepViewer(
      "The descent of single nodes", items: items.map { "\($0.node): \($0.words)" }, itemName: "node",
      steps: steps.names, stepName: steps.stepName,
      note:
        "Nodes under test of the first split, right and wrong ones of each class. Drawn are the neighbours that weigh "
        + "most for a node after the last step. Choose another node in the drawing to see where it looks.\(steps.note)"
    )
    try viewer.addGraphs(
      "Energy of nodes, attention of the chosen one",
      .init(kinds: ["normal", "anomaly"], value: "energy", weight: "attention"),
      groups: heads.map { "\($0 + 1)" }, groupName: "head", graphs)
    let energies = items.map { traced.energies(of: $0.node) }
    try viewer.addLines(
      "Energy of the node",
      energies[0].indices.map { part in (energies[0][part].label, energies.map { $0[part].values }) })
    let logits = steps.chosen(shown.model.logits(along: trace, on: graph))
    try viewer.addLines(
      "Log-odds of an anomaly, had the descent ended here",
      [
        ("score", items.map { item in logits.map { Double($0[item.node, 1]) - Double($0[item.node, 0]) } }),
        ("threshold", items.map { _ in steps.names.map { _ in shown.threshold } }),
      ])
    let total = steps.energies(of: trace, dividedBy: Double(nodes.graph.nodeCount)).suffix(1)
    try viewer.addLines(
      "Energy, mean over all nodes", total.map { part in (part.label, items.map { _ in part.values }) })
    return viewer
  }

  private func drawn(_ node: Int) -> NeighbourhoodDrawing.Node {
    .init(group: nodes.isAnomaly[node] ? 1 : 0, label: "node \(node)")
  }

  /// Of each class the nodes that are told right and those that are not: the surest of each first, then one in the middle.
  private var candidates: [(node: Int, words: String)] {
    let groups = [
      (true, true, "anomaly, found"), (true, false, "anomaly, missed"), (false, true, "normal, passed"),
      (false, false, "normal, taken for an anomaly"),
    ].map { isAnomaly, isRight, words in
      let found = split.test.filter { node in
        nodes.isAnomaly[node] == isAnomaly && (isAlarming(node) == isAnomaly) == isRight
      }.sorted { (certainty(of: $0), $1) > (certainty(of: $1), $0) }
      return (0..<found.count).evenlySpaced(2).map { (node: found[$0], words: words) }
    }
    return (0..<2).flatMap { rank in groups.compactMap { rank < $0.count ? $0[rank] : nil } }
  }

  private func isAlarming(_ node: Int) -> Bool { shown.scores[node] >= shown.threshold }

  private func certainty(of node: Int) -> Double { abs(shown.scores[node] - shown.threshold) }

  /// Each of some nodes with the nodes that it looks at most after the last step, and those that these look at.
  private func neighbourhoods(
    of centres: [Int], _ trace: [DescentResult<Float>], _ steps: TracedSteps
  ) -> [[Int]] {
    let (graph, network) = (models.energyGraph, shown.model.network)
    let pattern = graph.neighbourhoods.pattern.byRow
    let near = centres + centres.flatMap { pattern.columns(of: $0).map { Int($0) } }
    let last = TracedNodes(
      near, over: graph.neighbourhoods, in: trace, at: steps.places.suffix(1), of: network.blocks)
    return centres.map { centre in
      NeighbourhoodDrawing.strongest(around: centre, nearest: Self.nearest, further: Self.further) {
        last.meanWeights(of: $0, step: 0)
      }.nodes
    }
  }
}
