/// A graph and the sizes of a block on it, which descends attention to neighbours and memories.
package struct GraphWorkload: Workload, Equatable {
  /// What summaries call it, in lower case.
  package var name: String
  /// N, the nodes.
  package var nodes: Int
  /// Directed edges without self loops; every node sees itself too.
  package var edges: Int
  /// D, the numbers of a node.
  package var dimension = 64
  /// H, the attention heads.
  package var heads = 2
  /// Y, the numbers of a head's query or key.
  package var keySize = 32
  /// M, the stored patterns.
  package var memories = 256
  /// T, the steps.
  package var steps = 3
  /// alpha, the step size.
  package var stepSize = 0.1

  /// The usual block on a graph of these sizes.
  package init(name: String, nodes: Int, edges: Int) {
    (self.name, self.nodes, self.edges) = (name, nodes, edges)
  }

  /// The standard deviation of the weights, 1 / sqrt D, as node models begin.
  package var weightDeviation: Double { 1 / Double(dimension).squareRoot() }

  /// P, the pairs of attention: the directed edges, and each node with itself.
  package var pairs: Int { edges + nodes }

  /// Operations of a forward descent, T (8 N D H Y + 6 P H Y + 4 N D M), counted as those of ``BlockWorkload`` with the
  /// pairs of the graph for N² of an example; training is three times as many.
  package func operations(of work: Work) -> Double {
    let (n, d) = (Double(nodes), Double(dimension))
    let attention = Double(heads * keySize)
    let step = 8 * n * d * attention + 6 * Double(pairs) * attention + 4 * n * d * Double(memories)
    return Double(steps) * step * (work == .forward ? 1 : 3)
  }

  /// The sizes in the field's letters, for tables.
  package var sizes: String {
    "N \(nodes), \(edges) directed edges and N self loops, D \(dimension), H \(heads), Y \(keySize), M \(memories), "
      + "T \(steps)"
  }

  /// What a graph of so many nodes is called in summaries.
  package static func name(nodes: Int) -> String {
    switch nodes {
    case 100_000: "hundred_thousand"
    case 1_000_000: "million"
    default: "nodes_\(nodes)"
    }
  }

  /// A name as a part of a summary's names: lower-case letters, digits and single underscores, a letter first.
  package static func summaryName(_ text: String) -> String {
    let parts = text.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    let joined = parts.joined(separator: "_")
    return joined.first?.isLetter == true ? joined : joined.isEmpty ? "graph" : "graph_\(joined)"
  }
}
