import Foundations
public import Tensors

/// One graph whose nodes have features and a class each.
///
/// Graphs from a reader or a generator are symmetric: node B is a neighbour of C where C is one of B.
public struct NodeGraph: Sendable {
  /// Short name for run records, such as `reddit`.
  public let name: String
  /// The origin of the graph, for run records and figures.
  public let source: String
  /// The features of each node, [nodes, features].
  public let features: Tensor<Float>
  /// The neighbours of each node: row C holds the nodes that C is joined to.
  public let neighbours: CompressedSparseRows
  /// The class of each node, from 0; in sets of anomalies 0 is normal and 1 an anomaly.
  public let labels: [Int]
  /// The kind of outlier that each node is, where that is known.
  public let outlierKinds: [OutlierKind]?

  /// The number of nodes.
  public var nodeCount: Int { labels.count }
  /// The number of features of a node.
  public var featureCount: Int { features.shape[1] }
  /// The number of classes: one more than the largest label.
  public var classCount: Int { (labels.max() ?? -1) + 1 }

  /// Wraps a graph that is already in memory; features are [nodes, features].
  public init(
    name: String, source: String, features: Tensor<Float>, neighbours: CompressedSparseRows, labels: [Int],
    outlierKinds: [OutlierKind]? = nil
  ) {
    let nodes = neighbours.rowCount
    require(
      features.rank == 2 && features.shape[0] == nodes,
      "features of shape \(features.shape) for \(nodes) nodes")
    require(
      neighbours.columnCount == nodes, "neighbours among \(neighbours.columnCount) nodes for \(nodes) nodes")
    require(labels.count == nodes, "\(labels.count) labels for \(nodes) nodes")
    require(labels.allSatisfy { $0 >= 0 }, "a label is below 0")
    require(
      outlierKinds == nil || outlierKinds?.count == nodes,
      "\(outlierKinds?.count ?? 0) outlier kinds for \(nodes) nodes")
    (self.name, self.source) = (name, source)
    (self.features, self.neighbours) = (features, neighbours)
    (self.labels, self.outlierKinds) = (labels, outlierKinds)
  }
}

/// How the nodes of a generated graph are numbered.
public enum NodeOrder: Sendable, Hashable {
  /// At random, as in graphs that were collected.
  case random
  /// Community after community, which keeps neighbours close in memory.
  case byCommunity
}
