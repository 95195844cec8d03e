import Foundations
public import Tensors

/// A generated graph of communities whose nodes have features, with injected anomalies, so that experiments on graphs
/// need no download.
///
/// A degree-corrected stochastic block model. Node i has a weight w_i from a Pareto distribution. An edge is, with
/// probability `withinFraction`, one inside a community, which is drawn in proportion to the weights of its nodes, and
/// both its ends are drawn among these in proportion to their weights; otherwise each end is drawn from all nodes in
/// that way. An edge that was there before, or that joins a node to itself, is drawn again. Features are normal: those
/// of a community around 0, those of its nodes around the community's. ``OutlierInjection`` then makes the anomalies.
///
/// The same seed gives the same graph for any number of threads.
///
/// - Source: Karrer and Newman, "Stochastic blockmodels and community structure in networks", 2011; see
///   ``OutlierInjection`` for the anomalies.
public struct AttributedCommunityGraph: Sendable {
  /// The graph; label 1 marks anomalies.
  public let graph: NodeGraph
  /// The community of each node.
  public let communities: [Int]

  /// Generates a graph.
  ///
  /// - Parameters:
  ///   - configuration: The sizes, communities and features of the graph.
  ///   - stream: Its children draw; it is not advanced.
  /// - Cost: proportional to edges and features: on one core about a microsecond an edge.
  public init(
    _ configuration: AttributedCommunityGraphConfiguration = .init(), random stream: RandomStream
  ) {
    Self.check(configuration)
    let count = configuration.nodeCount
    var membership = [Int](unsafeUninitializedCapacity: count) { out, filled in
      for node in 0..<count { out[node] = node * configuration.communityCount / count }
      filled = count
    }
    if configuration.order == .random {
      var draws = stream.child(0)
      membership = draws.permutation(of: count).map { membership[$0] }
    }
    communities = membership
    let edges = CommunityEdges(configuration, communities: membership, random: stream.child(1))
    let plain = NodeGraph(
      name: "communities", source: "generated: \(configuration.communityCount) communities",
      features: Self.features(configuration, communities: membership, random: stream.child(2)),
      neighbours: SymmetricNeighbours(
        nodeCount: count, from: edges.from, to: edges.to, selfLoops: .dropped
      ).neighbours,
      labels: [Int](repeating: 0, count: count))
    graph = configuration.outliers?.apply(to: plain, random: stream.child(3)) ?? plain
  }

  private static func check(_ configuration: AttributedCommunityGraphConfiguration) {
    let (nodes, communities) = (configuration.nodeCount, configuration.communityCount)
    require(
      communities > 0 && nodes >= 2 * communities && nodes < Int32.max,
      "\(nodes) nodes in \(communities) communities, expected two nodes or more in each")
    require(
      configuration.meanDegree > 0 && configuration.meanDegree <= Double(nodes) / 4,
      "mean degree \(configuration.meanDegree), expected above 0 and at most a quarter of \(nodes) nodes")
    require(
      (0...1).contains(configuration.withinFraction),
      "within fraction \(configuration.withinFraction), expected 0 to 1")
    require(
      configuration.degreeExponent > 2, "degree exponent \(configuration.degreeExponent), expected above 2")
    require(
      configuration.featureCount > 0 && configuration.featureSignal >= 0 && configuration.featureNoise >= 0,
      "\(configuration.featureCount) features of signal \(configuration.featureSignal) and noise"
        + " \(configuration.featureNoise)")
  }

  /// Nodes whose features come from one stream: fixed, so that threads do not change them.
  private static let featureChunk = 1_024

  private static func features(
    _ configuration: AttributedCommunityGraphConfiguration, communities: [Int], random stream: RandomStream
  ) -> Tensor<Float> {
    let (count, size) = (configuration.nodeCount, configuration.featureCount)
    var draws = stream.child(0)
    let means = (0..<configuration.communityCount * size).map { _ in
      Float(draws.normal() * configuration.featureSignal)
    }
    return Tensor(shape: [count, size]) { out in
      // Each chunk writes the rows of its own nodes.
      nonisolated(unsafe) let out = out
      Parallelism.forEach((count + featureChunk - 1) / featureChunk) { chunk in
        var draws = stream.child(UInt64(chunk) + 1)
        for node in chunk * featureChunk..<min(count, (chunk + 1) * featureChunk) {
          for feature in 0..<size {
            out[node * size + feature] =
              means[communities[node] * size + feature] + Float(draws.normal() * configuration.featureNoise)
          }
        }
      }
    }
  }
}

/// The parameters of an ``AttributedCommunityGraph``; the defaults are 3,000 nodes, of which about 5 % are anomalies.
public struct AttributedCommunityGraphConfiguration: Sendable, Equatable {
  /// The number of nodes.
  public var nodeCount = 3_000
  /// The number of communities, of equal size.
  public var communityCount = 10
  /// The mean number of neighbours of a node before anomalies are injected; a citation graph has about 4.
  public var meanDegree = 8.0
  /// Part of the edges whose ends are both drawn from one community; the ends of the others are drawn from all nodes.
  public var withinFraction = 0.9
  /// Degrees are heavy-tailed: expected degrees above x are as rare as x to the power 1 - exponent. Above 2.
  public var degreeExponent = 3.0
  /// The number of features of a node.
  public var featureCount = 32
  /// The standard deviation of the features of communities around 0.
  public var featureSignal = 1.0
  /// The standard deviation of the features of nodes around those of their community.
  public var featureNoise = 1.0
  /// The order in which nodes are numbered.
  public var order = NodeOrder.random
  /// The anomalies; nil makes none, and every node has label 0.
  public var outliers: OutlierInjection? = OutlierInjection(cliqueCount: 5)

  /// The defaults, to be changed by assignment.
  public init() {}

  /// The number of edges, each counted once.
  var edgeCount: Int { Int((Double(nodeCount) * meanDegree / 2).rounded()) }
}
