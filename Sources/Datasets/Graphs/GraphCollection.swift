import Foundations
public import Tensors

/// Many graphs, each with a class, whose nodes have features.
///
/// All nodes are in one list, graph after graph, and so do their features and neighbours: no pair joins two graphs.
public struct GraphCollection: Sendable {
  /// Short name for run records, such as `MUTAG`.
  public let name: String
  /// The origin of the graphs, for run records and figures.
  public let source: String
  /// The features of all nodes, [nodes, features].
  public let features: Tensor<Float>
  /// A description of the features, such as `one-hot node labels (7)`.
  public let featureDescription: String
  /// The neighbours of each node, numbered over all graphs.
  public let neighbours: CompressedSparseRows
  /// The first node of each graph, and then the number of nodes; every graph has a node.
  public let nodeStarts: [Int]
  /// The class of each graph, an index into `classNames`.
  public let labels: [Int]
  /// The names of the classes in the source, in the order of their numbers.
  public let classNames: [String]
  /// The label of each node, from 0; nil where the source has none.
  public let nodeLabels: [Int]?
  /// The test parts of a published cross-validation, as numbers of graphs; empty where the source has none.
  public let testParts: [[Int]]

  /// The number of graphs.
  public var count: Int { labels.count }
  /// The number of nodes of all graphs.
  public var nodeCount: Int { neighbours.rowCount }
  /// The number of features of a node.
  public var featureCount: Int { features.shape[1] }
  /// The number of classes.
  public var classCount: Int { classNames.count }

  /// Wraps graphs that are already in memory; features are [nodes, features].
  public init(
    name: String, source: String, features: Tensor<Float>, featureDescription: String,
    neighbours: CompressedSparseRows, nodeStarts: [Int], labels: [Int], classNames: [String],
    nodeLabels: [Int]? = nil, testParts: [[Int]] = []
  ) {
    let nodes = neighbours.rowCount
    require(
      features.rank == 2 && features.shape[0] == nodes,
      "features of shape \(features.shape) for \(nodes) nodes")
    require(
      neighbours.columnCount == nodes, "neighbours among \(neighbours.columnCount) nodes for \(nodes) nodes")
    require(
      nodeStarts.first == 0 && nodeStarts.last == nodes
        && zip(nodeStarts, nodeStarts.dropFirst()).allSatisfy { $0 < $1 },
      "starts of graphs must rise from 0 to the number of nodes, \(nodes)")
    require(
      labels.count == nodeStarts.count - 1, "\(labels.count) labels for \(nodeStarts.count - 1) graphs")
    require(labels.allSatisfy(classNames.indices.contains), "a label is outside 0..<\(classNames.count)")
    require(
      nodeLabels == nil || nodeLabels?.count == nodes, "\(nodeLabels?.count ?? 0) labels for \(nodes) nodes")
    (self.name, self.source, self.featureDescription) = (name, source, featureDescription)
    (self.features, self.neighbours, self.nodeStarts) = (features, neighbours, nodeStarts)
    (self.labels, self.classNames) = (labels, classNames)
    (self.nodeLabels, self.testParts) = (nodeLabels, testParts)
  }

  /// The nodes of a graph, numbered over all graphs.
  public func nodeRange(of graph: Int) -> Range<Int> {
    require((0..<count).contains(graph), "graph \(graph) of a collection of \(count)")
    return nodeStarts[graph]..<nodeStarts[graph + 1]
  }

  /// The nodes of each graph, numbered over all graphs.
  public var nodeRanges: [Range<Int>] { (0..<count).map(nodeRange) }

  /// The graphs at `indices`, in that order, as one batch.
  ///
  /// - Parameters:
  ///   - indices: The graphs, by their indices.
  ///   - classTokens: Whether each graph gets a node of its own that is joined to all of its nodes.
  public func batch(at indices: [Int], classTokens: Bool) -> GraphBatch {
    GraphBatch(of: self, at: indices, classTokens: classTokens)
  }
}

extension GraphCollection {
  /// Whether nodes have labels or attributes; without them their features are degrees already.
  package var hasOwnFeatures: Bool { !featureDescription.hasPrefix("one-hot degrees") }

  /// The same graphs with one-hot degrees behind the features; all degrees from `cap` on share the last.
  package func withDegrees(upTo cap: Int) -> GraphCollection {
    let width = cap + 1
    var hot = [Float](repeating: 0, count: nodeCount * width)
    for node in 0..<nodeCount { hot[node * width + min(cap, neighbours.columns(of: node).count)] = 1 }
    return GraphCollection(
      name: name, source: source,
      features: .concatenated([features, Tensor(shape: [nodeCount, width], elements: hot)], axis: 1),
      featureDescription: "\(featureDescription), one-hot degrees 0 to \(cap)", neighbours: neighbours,
      nodeStarts: nodeStarts, labels: labels, classNames: classNames, nodeLabels: nodeLabels,
      testParts: testParts)
  }
}
