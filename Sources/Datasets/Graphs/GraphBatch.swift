import Foundations
public import Tensors

/// Some graphs of a collection as one graph without edges between them: their union, block after block.
///
/// With class tokens the first node of each graph is a token that no file has: its features are zeros, for a model to
/// replace, and it is a neighbour of every node of its graph and they of it.
public struct GraphBatch: Sendable {
  /// The indices of these graphs in the collection.
  public let indices: [Int]
  /// The features of all nodes, [nodes, features].
  public let features: Tensor<Float>
  /// The neighbours of each node, within the batch.
  public let neighbours: CompressedSparseRows
  /// The graph of each node, from 0 within the batch.
  public let graphOfNode: [Int32]
  /// The nodes of each graph, the class token included.
  public let nodeRanges: [Range<Int>]
  /// The node of the collection that each node is; nil for class tokens.
  public let sourceNodes: [Int?]
  /// The class of each graph.
  public let labels: [Int]
  /// Whether the first node of each graph is a class token.
  public let hasClassTokens: Bool

  /// The number of graphs in the batch.
  public var count: Int { indices.count }
  /// The number of nodes in the batch, class tokens included.
  public var nodeCount: Int { graphOfNode.count }
  /// The class token of each graph; empty in a batch without them.
  public var classTokens: [Int] { hasClassTokens ? nodeRanges.map(\.lowerBound) : [] }

  /// Joins the graphs at `indices` of a collection, in that order.
  ///
  /// - Cost: proportional to nodes, their features and pairs.
  public init(of collection: GraphCollection, at indices: [Int], classTokens: Bool) {
    let tokens = classTokens ? 1 : 0
    var (ranges, sources, graphs) = ([Range<Int>](), [Int?](), [Int32]())
    for (graph, index) in indices.enumerated() {
      let nodes = collection.nodeRange(of: index)
      ranges.append(sources.count..<sources.count + tokens + nodes.count)
      sources += [Int?](repeating: nil, count: tokens)
      sources += nodes.map { $0 }
      graphs += repeatElement(Int32(graph), count: tokens + nodes.count)
    }
    self.indices = indices
    (nodeRanges, sourceNodes, graphOfNode) = (ranges, sources, graphs)
    labels = indices.map { collection.labels[$0] }
    hasClassTokens = classTokens
    features = Self.gather(collection.features, at: sources)
    neighbours = Self.neighbours(collection, at: indices, ranges: ranges, tokens: tokens)
  }

  /// Rows of a tensor over the nodes of the collection, such as positions, in the order of this batch's nodes; zeros
  /// for class tokens.
  ///
  /// - Shape: [nodes of the collection, size] gives [nodes of the batch, size].
  public func rows<Scalar: TensorScalar>(of values: Tensor<Scalar>) -> Tensor<Scalar> {
    Self.gather(values, at: sourceNodes)
  }

  private static func gather<Scalar: TensorScalar>(
    _ values: Tensor<Scalar>, at nodes: [Int?]
  ) -> Tensor<Scalar> {
    require(values.rank == 2, "rows of shape \(values.shape), expected [nodes, size]")
    let (rows, size) = (values.shape[0], values.shape[1])
    return Tensor(shape: [nodes.count, size]) { out in
      values.withElements { source in
        for (row, node) in nodes.enumerated() {
          guard let node else {
            (out + row * size).update(repeating: 0, count: size)
            continue
          }
          require(node < rows, "node \(node) of a tensor of shape \(values.shape)")
          guard let base = source.baseAddress else { continue }
          (out + row * size).update(from: base + node * size, count: size)
        }
      }
    }
  }

  private static func neighbours(
    _ collection: GraphCollection, at indices: [Int], ranges: [Range<Int>], tokens: Int
  ) -> CompressedSparseRows {
    var starts = [0]
    var columns: [Int32] = []
    for (index, range) in zip(indices, ranges) {
      let nodes = collection.nodeRange(of: index)
      let first = range.lowerBound + tokens
      if tokens > 0 {
        columns += (Int32(first)..<Int32(range.upperBound))
        starts.append(columns.count)
      }
      for node in nodes {
        if tokens > 0 { columns.append(Int32(range.lowerBound)) }
        columns += collection.neighbours.columns(of: node).lazy.map { $0 + Int32(first - nodes.lowerBound) }
        starts.append(columns.count)
      }
    }
    return CompressedSparseRows(
      rowStarts: starts, columns: columns, columnCount: ranges.last?.upperBound ?? 0)
  }
}
