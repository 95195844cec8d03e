import Tensors

/// Small graphs made on the spot, two communities or none, to tell apart without a download.
///
/// Both classes have as many nodes and edges and as many nodes of each label. In the first, edges run inside two halves
/// whose nodes mostly share a label; in the second, anywhere. So only labels and edges together tell them apart.
package enum CommunityGraphs {
  package static let classNames = ["two communities", "random"]
  private static let labelCount = 2

  /// As many graphs of each class; the same for the same count.
  package static func collection(count: Int) -> GraphCollection {
    var (starts, from, to) = ([0], [Int32](), [Int32]())
    var nodeLabels: [Int] = []
    for graph in 0..<count {
      var random = RandomStream(seed: 0).child(UInt64(graph))
      let nodes = 10 + 2 * random.integer(below: 6)
      for edge in edges(nodes: nodes, hasCommunities: graph % 2 == 0, using: &random) {
        let (a, b) = (Int32(starts[graph] + edge.0), Int32(starts[graph] + edge.1))
        from += [a, b]
        to += [b, a]
      }
      nodeLabels += labels(nodes: nodes, using: &random)
      starts.append(starts[graph] + nodes)
    }
    let total = nodeLabels.count
    var features = [Float](repeating: 0, count: total * labelCount)
    for (node, label) in nodeLabels.enumerated() { features[node * labelCount + label] = 1 }
    return GraphCollection(
      name: "generated", source: "generated: \(classNames.joined(separator: " against ")) graphs",
      features: Tensor(shape: [total, labelCount], elements: features),
      featureDescription: "one-hot node labels (\(labelCount))",
      neighbours: CompressedSparseRows(rowCount: total, columnCount: total, rows: from, columns: to),
      nodeStarts: starts, labels: (0..<count).map { $0 % 2 }, classNames: classNames, nodeLabels: nodeLabels)
  }

  /// The half that a node is in, but for one pair in six of the nodes, which are exchanged.
  private static func labels(nodes: Int, using random: inout RandomStream) -> [Int] {
    let half = nodes / 2
    var labels = (0..<nodes).map { $0 < half ? 0 : 1 }
    for node in 0..<half where random.integer(below: 6) == 0 { labels.swapAt(node, node + half) }
    return labels
  }

  /// Twice as many edges as nodes, each once; with communities nine of ten inside one of two halves.
  private static func edges(
    nodes: Int, hasCommunities: Bool, using random: inout RandomStream
  ) -> [(Int, Int)] {
    let half = nodes / 2
    var seen: Set<[Int]> = []
    var edges: [(Int, Int)] = []
    while edges.count < 2 * nodes {
      let a = random.integer(below: nodes)
      let b = random.integer(below: nodes)
      let isInside = (a < half) == (b < half)
      let isWanted = !hasCommunities || isInside || random.uniform() < 0.1
      if a != b, isWanted, seen.insert([min(a, b), max(a, b)]).inserted { edges.append((a, b)) }
    }
    return edges
  }
}
