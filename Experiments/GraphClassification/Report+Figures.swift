import EnergyTransformer
import Kit
import Reporting

extension PreparedGraphs {
  /// What a model does to some graphs: energies at every step, and whether they fell.
  func energies(_ model: GraphEnergyTransformer<Float>, of indices: [Int]) throws -> BlockEnergies {
    // One graph at a time: a batch's energy is the sum over its graphs.
    let traces = Parallelism.map(indices.count) { model.trace(input([indices[$0]])) }
    var energies = BlockEnergies()
    for (graph, trace) in zip(indices, traces) {
      for result in trace { try result.checkFinite("graph \(graph + 1)") }
      energies.add(trace)
    }
    return energies
  }
}

extension Report {
  /// The first test graph of at most 40 nodes that the model of the first fold gets right, with the attention weights of
  /// its class token in the last block; nil where there is none or the weights have no such form.
  func attention() -> PageSection? {
    let test = graphs.folds[0].test
    let predictions = results.result(of: .energyTransformer, fold: 0, seed: 0)?.predictions ?? []
    let small = zip(test, predictions).first { graph, prediction in
      graphs.collection.nodeRange(of: graph).count <= 40 && graphs.collection.labels[graph] == prediction
    }
    guard let graph = small?.0,
      let weights = model.classTokenAttention(graphs.input([graph]))?.last?.first
    else { return nil }
    var section = PageSection("Where the class token looks")
    let drawing = drawing(of: graph, weights: weights)
    section.addFigure("attention.svg", drawing, caption: drawing.caption)
    return section
  }

  private func drawing(of graph: Int, weights: [Double]) -> NeighbourhoodDrawing {
    let range = graphs.collection.nodeRange(of: graph)
    let labels = graphs.collection.nodeLabels
    // Only labels that stand in the graph: there are few colours.
    let found = Set(labels?[range] ?? []).sorted()
    let groups = ["class token"] + (labels == nil ? ["node"] : found.map { "node label \($0)" })
    func group(_ node: Int) -> Int { 1 + (labels.flatMap { found.firstIndex(of: $0[node]) } ?? 0) }
    let nodes =
      [NeighbourhoodDrawing.Node(group: 0, label: "class")]
      + range.map { .init(group: group($0)) }
    let largest = weights.dropFirst().max() ?? 1
    var edges = (1..<weights.count).map {
      NeighbourhoodDrawing.Edge(from: 0, to: $0, weight: weights[$0])
    }
    for node in range {
      for other in graphs.collection.neighbours.columns(of: node) where Int(other) > node {
        edges.append(
          .init(
            from: node - range.lowerBound + 1, to: Int(other) - range.lowerBound + 1, weight: 0.05 * largest))
      }
    }
    let className = graphs.collection.classNames[graphs.collection.labels[graph]]
    var drawing = NeighbourhoodDrawing(
      title: "Graph \(graph + 1) of \(name), class \(className)", groups: groups, nodes: nodes, edges: edges,
      centre: 0)
    drawing.weightTitle = "attention weight of the class token"
    drawing.caption =
      "The first test graph of at most 40 nodes that is told right. Lines from the middle are as wide as the class "
      + "token's attention in the last block, mean over the heads; it keeps \(NumberText.percent(weights[0], digits: 1)) for itself. Thin "
      + "lines are the graph's own edges."
    return drawing
  }
}
