import Foundations
public import Tensors

/// Makes some nodes of a graph anomalies in the two published ways, and says which.
///
/// Structural: groups of `cliqueSize` nodes, `cliqueCount` of them without a node in common, are drawn at random
/// and all members of a group are joined to each other. Contextual: `contextualCount` nodes are drawn at random; each
/// takes the features of the one of `candidateCount` other random nodes whose features are at the greatest Euclidean
/// distance from its own. A node may be drawn for both.
///
/// - Source: Ding et al., "Deep Anomaly Detection on Attributed Networks", SDM 2019; Liu et al., "BOND",
///   NeurIPS 2022.
public struct OutlierInjection: Sendable, Equatable {
  /// m, the number of nodes of a group that are all joined; the published 15 unless set.
  public let cliqueSize: Int
  /// q, the number of such groups.
  public let cliqueCount: Int
  /// The number of nodes that take the features of another.
  public let contextualCount: Int
  /// k, the number of nodes among which each of these finds its features; the published 50 unless set.
  public let candidateCount: Int

  /// An injection of the given numbers of anomalies.
  ///
  /// - Parameters:
  ///   - cliqueSize: The number of nodes of a group that are all joined.
  ///   - cliqueCount: The number of such groups.
  ///   - contextualCount: nil makes as many as there are structural ones, as published.
  ///   - candidateCount: The number of nodes among which a contextual anomaly finds its features.
  public init(
    cliqueSize: Int = 15, cliqueCount: Int, contextualCount: Int? = nil, candidateCount: Int = 50
  ) {
    let contextualCount = contextualCount ?? cliqueSize * cliqueCount
    require(
      cliqueSize > 1 && cliqueCount >= 0 && contextualCount >= 0 && candidateCount > 0,
      "\(cliqueCount) cliques of \(cliqueSize) nodes, \(contextualCount) contextual anomalies from"
        + " \(candidateCount) candidates")
    (self.cliqueSize, self.cliqueCount) = (cliqueSize, cliqueCount)
    (self.contextualCount, self.candidateCount) = (contextualCount, candidateCount)
  }

  /// The graph with anomalies; its labels become 0 (normal) and 1 (anomaly).
  ///
  /// Distances are those between the features of the graph as given, so that no anomaly depends on another.
  ///
  /// - Parameters:
  ///   - graph: The graph, all of whose nodes are taken to be normal.
  ///   - stream: Its children draw; it is not advanced.
  /// - Cost: proportional to pairs, features, and contextual anomalies times candidates times features.
  public func apply(to graph: NodeGraph, random stream: RandomStream) -> NodeGraph {
    let nodes = graph.nodeCount
    require(
      cliqueSize * cliqueCount <= nodes && contextualCount <= nodes && candidateCount < nodes,
      "\(cliqueCount) cliques of \(cliqueSize) nodes, \(contextualCount) contextual anomalies from"
        + " \(candidateCount) candidates, in a graph of \(nodes) nodes")
    var (structural, contextual) = (stream.child(0), stream.child(1))
    let members = Array(structural.permutation(of: nodes).prefix(cliqueSize * cliqueCount))
    let changed = Array(contextual.permutation(of: nodes).prefix(contextualCount))
    var kinds = [OutlierKind](repeating: .none, count: nodes)
    for node in members { kinds[node] = .structural }
    for node in changed { kinds[node] = kinds[node] == .structural ? .both : .contextual }
    return NodeGraph(
      name: graph.name, source: graph.source + ", injected outliers",
      features: exchanged(graph.features, at: changed, random: stream.child(2)),
      neighbours: members.isEmpty ? graph.neighbours : joined(graph.neighbours, cliques: members),
      labels: kinds.map { $0 == .none ? 0 : 1 }, outlierKinds: kinds)
  }

  private func joined(_ neighbours: CompressedSparseRows, cliques members: [Int]) -> CompressedSparseRows {
    var (from, to) = (neighbours.rows, neighbours.columns)
    for clique in stride(from: 0, to: members.count, by: cliqueSize) {
      for first in clique..<clique + cliqueSize {
        for second in first + 1..<clique + cliqueSize {
          from.append(Int32(members[first]))
          to.append(Int32(members[second]))
        }
      }
    }
    return SymmetricNeighbours(nodeCount: neighbours.rowCount, from: from, to: to, selfLoops: .kept)
      .neighbours
  }

  private func exchanged(
    _ features: Tensor<Float>, at nodes: [Int], random stream: RandomStream
  ) -> Tensor<Float> {
    let (count, size) = (features.shape[0], features.shape[1])
    return Tensor(shape: features.shape) { out in
      features.withElements { values in
        guard let base = values.baseAddress else { return }
        out.update(from: base, count: values.count)
        for node in nodes {
          var draws = stream.child(UInt64(node))
          let other = farthest(from: node, of: count, base, size: size, using: &draws)
          (out + node * size).update(from: base + other * size, count: size)
        }
      }
    }
  }

  /// The first of the drawn nodes at the greatest distance.
  private func farthest(
    from node: Int, of count: Int, _ features: UnsafePointer<Float>, size: Int,
    using draws: inout RandomStream
  ) -> Int {
    var drawn = [node]
    var best = (node: node, distance: -1.0)
    while drawn.count <= candidateCount {
      let candidate = draws.integer(below: count)
      if drawn.contains(candidate) { continue }
      drawn.append(candidate)
      var distance = 0.0
      for feature in 0..<size {
        let difference = Double(features[node * size + feature] - features[candidate * size + feature])
        distance += difference * difference
      }
      if distance > best.distance { best = (candidate, distance) }
    }
    return best.node
  }
}

/// The kind of outlier that a node was made, or is known to be; the raw values are those of PyGOD's data sets.
public enum OutlierKind: Int, Sendable, Hashable, CaseIterable {
  /// An ordinary node.
  case none = 0
  /// Its features do not fit its neighbours.
  case contextual = 1
  /// It belongs to a group of nodes that are joined more densely than others.
  case structural = 2
  /// Both of these.
  case both = 3
}
