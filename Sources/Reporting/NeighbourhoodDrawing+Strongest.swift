extension NeighbourhoodDrawing {
  /// The neighbours of a node that weigh most for it, and those that weigh most for these.
  ///
  /// An edge is as wide as the weight of the end that was found first; a node's weight on itself is drawn for the centre
  /// alone. Of equal weights the node of the smaller number comes first.
  ///
  /// - Parameters:
  ///   - centre: The number of the node in its graph.
  ///   - nearest: The largest number of neighbours of the centre.
  ///   - further: The largest number of neighbours of each of these.
  ///   - neighbours: The neighbours of a node with their weights for it.
  /// - Returns: The nodes by their numbers in the graph, the centre first, and edges between indices into them.
  public static func strongest(
    around centre: Int, nearest: Int, further: Int, neighbours: (Int) -> [(node: Int, weight: Double)]
  ) -> (nodes: [Int], edges: [Edge]) {
    var (nodes, edges) = ([centre], [Edge]())
    var joined: Set<[Int]> = []
    func index(of node: Int) -> Int {
      if let known = nodes.firstIndex(of: node) { return known }
      nodes.append(node)
      return nodes.count - 1
    }
    /// Draws the strongest neighbours of a node and returns them.
    func join(_ from: Int, atMost count: Int) -> [Int] {
      let others = neighbours(from).filter { $0.node != from }
        .sorted { ($0.weight, $1.node) > ($1.weight, $0.node) }.prefix(count)
      for other in others {
        let ends = (index(of: from), index(of: other.node))
        if joined.insert([min(ends.0, ends.1), max(ends.0, ends.1)]).inserted {
          edges.append(Edge(from: ends.0, to: ends.1, weight: other.weight))
        }
      }
      return others.map(\.node)
    }
    for neighbour in join(centre, atMost: nearest) { _ = join(neighbour, atMost: further) }
    if let own = neighbours(centre).first(where: { $0.node == centre }) {
      edges.append(Edge(from: 0, to: 0, weight: own.weight))
    }
    return (nodes, edges)
  }
}
