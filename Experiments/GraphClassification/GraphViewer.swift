import EnergyTransformer
import Kit
import Reporting

/// The descents of some graphs under test in the first fold, to step through: energies of nodes, where each head of theirs looks,
/// and what the read-out says of the class token.
struct GraphViewer {
  let graphs: PreparedGraphs
  let model: GraphEnergyTransformer<Float>
  /// What the graphs under test are taken for.
  let predictions: [Int]

  /// A drawing of more nodes or pairs is not clear any more.
  private static let mostNodes = 40, mostPairs = 1_000

  private var collection: GraphCollection { graphs.collection }

  /// What can be stepped through; nil for a model with a learned adjacency, whose attention has no such form, and where no
  /// graph is small enough.
  func viewer() throws -> StepViewer? {
    guard !model.configuration.learnsAdjacency else { return nil }
    let heads = StepViewer.shownHeads(of: model.configuration.block.headCount)
    var found: [(words: String, descent: Descent)] = []
    for (graph, words) in candidates {
      found.append((words, try descent(of: graph, heads: heads)))
    }
    guard let first = found.first?.descent else { return nil }
    let weights = found.map { $0.descent.graph.pairs.count * heads.count * first.steps.names.count }.max()
    found = Array(found.prefix(StepViewer.graphCount(weightsEach: weights ?? 0)))
    let descents = found.map(\.descent)
    var viewer = StepViewer(
      "The descent of single graphs", items: found.map(\.words), itemName: "graph", steps: first.steps.names,
      stepName: first.steps.stepName,
      note: "Small graphs under test in the first fold. Choose a node in the drawing to see where it looks."
        + first.steps.note)
    try viewer.addGraphs(
      "Energy of nodes, attention of the chosen one",
      .init(kinds: ["node", "class token"], value: "energy", weight: "attention"),
      groups: heads.map { "\($0 + 1)" }, groupName: "head", descents.map(\.graph))
    try viewer.addLines(
      "Energy of the graph",
      first.energies.indices.map { part in
        (first.energies[part].label, descents.map { $0.energies[part].values })
      })
    try viewer.addLines(
      "Probability of each class, had the descent ended here",
      collection.classNames.indices.map { label in
        ("class \(collection.classNames[label])", descents.map { $0.probabilities.map { $0[label] } })
      })
    return viewer
  }

  /// What one graph goes through.
  private struct Descent {
    let steps: TracedSteps
    let graph: StepViewer.Graph
    let energies: [(label: String, values: [Double])]
    /// [step][class].
    let probabilities: [[Double]]
  }

  private func descent(of graph: Int, heads: [Int]) throws -> Descent {
    let input = graphs.input([graph])
    let trace = model.trace(input, recording: [.energies, .states(every: 1)])
    for result in trace { try result.checkFinite("graph \(graph + 1)") }
    let steps = TracedSteps(of: trace)
    let traced = TracedNodes(
      0..<input.nodeCount, over: input.neighbourhoods, in: trace, at: steps.places, of: model.blocks)
    let start = collection.nodeRange(of: graph).lowerBound
    return Descent(
      steps: steps,
      graph: traced.graph(of: Array(0..<input.nodeCount), heads: heads) { node in
        // The class token stands before the nodes of the graph.
        guard node > 0 else { return .init(group: 1, label: "class token") }
        let label = collection.nodeLabels.map { " (label \($0[start + node - 1]))" }
        return .init(group: 0, label: "node \(node)\(label ?? "")")
      },
      energies: steps.energies(of: trace),
      probabilities: steps.chosen(model.logits(along: trace, of: input)).map { logits in
        logits.softmax().elements.map(Double.init)
      })
  }

  /// Small graphs under test: of each class one that is told right and one that is not, then a second of each, and so on.
  private var candidates: [(graph: Int, words: String)] {
    let judged = zip(graphs.folds[0].test, predictions).filter { isSmall($0.0) }
    let groups = collection.classNames.indices.flatMap { label in
      [true, false].map { isRight in
        judged.filter { graph, prediction in
          collection.labels[graph] == label && (prediction == label) == isRight
        }.map { graph, prediction in
          let outcome = isRight ? "told right" : "taken for \(collection.classNames[prediction])"
          return (graph: graph, words: "\(graph + 1): class \(collection.classNames[label]), \(outcome)")
        }
      }
    }
    let most = groups.map(\.count).max() ?? 0
    let all = (0..<most).flatMap { rank in groups.compactMap { rank < $0.count ? $0[rank] : nil } }
    return Array(all.prefix(StepViewer.graphCount(weightsEach: 0)))
  }

  private func isSmall(_ graph: Int) -> Bool {
    let range = collection.nodeRange(of: graph)
    // Edges, each node with itself, and with the class token both ways.
    let edges = range.reduce(0) { $0 + collection.neighbours.columns(of: $1).count }
    return range.count <= Self.mostNodes && edges + 3 * range.count <= Self.mostPairs
  }
}
