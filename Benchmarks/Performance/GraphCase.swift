import EnergyTransformer
import Foundation
import Measurements

/// A graph that is measured: read from a file, or generated.
struct GraphCase {
  let workload: GraphWorkload
  let graph: NodeGraph
  /// What it is, for the page.
  let description: String

  /// The sizes that generated graphs may have.
  static let nodeRange = 1_000...20_000_000
  /// Mean number of neighbours of a generated graph's nodes.
  static let meanDegree = 20
  /// Nodes of a community of a generated graph.
  static let communitySize = 1_000

  /// A graph file, with its features as tokens.
  ///
  /// - Throws: one line that names the file and what is wrong with it.
  static func read(_ path: String) throws -> GraphCase {
    let (graph, report) = try NodeGraphFile.read(URL(fileURLWithPath: path))
    var workload = GraphWorkload(
      name: GraphWorkload.summaryName(graph.name), nodes: graph.nodeCount, edges: graph.neighbours.pairCount)
    workload.dimension = graph.featureCount
    return GraphCase(
      workload: workload, graph: graph,
      description: "\(graph.source); \(report.selfLoopCount) self loops dropped")
  }

  /// A graph of communities; 90 % of the edges lie inside them.
  static func generated(
    nodes: Int, meanDegree: Int = meanDegree, order: NodeOrder, seed: UInt64
  ) -> GraphCase {
    var configuration = AttributedCommunityGraphConfiguration()
    configuration.nodeCount = nodes
    configuration.communityCount = max(2, nodes / communitySize)
    configuration.meanDegree = Double(meanDegree)
    configuration.order = order
    configuration.outliers = nil
    var workload = GraphWorkload(name: GraphWorkload.name(nodes: nodes), nodes: nodes, edges: 0)
    configuration.featureCount = workload.dimension
    // Weights come from the children of the seed's stream, the graph from a stream of its own.
    let graph = AttributedCommunityGraph(configuration, random: RandomStream(seed: seed).child(64)).graph
    workload.edges = graph.neighbours.pairCount
    return GraphCase(
      workload: workload, graph: graph,
      description:
        "generated: \(configuration.communityCount) communities, degrees from a Pareto distribution of "
        + "exponent \(configuration.degreeExponent), nodes numbered \(order.words)")
  }

  /// Writes the arrays of the workload.
  func write(trains: Bool, seed: UInt64, to path: String) throws {
    try GraphProblemFile.write(workload, on: graph, trains: trains, seed: seed, to: path)
  }
}

extension NodeOrder {
  /// As a part of a summary's names.
  var summaryName: String { self == .random ? "random" : "community" }
  /// As a part of a sentence.
  var words: String { self == .random ? "at random" : "community by community" }
}
