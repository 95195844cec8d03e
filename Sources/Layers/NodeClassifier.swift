import Foundations
public import Tensors

/// A model that gives every node of a graph a score for each class.
///
/// What it needs of the graph is made once, by ``prepared(_:)``, and handed to every call. Several graphs laid one after
/// the other, with no pairs between them, are one graph.
public protocol NodeClassifier<Scalar>: Parameterized {
  /// What the model needs of a graph.
  associatedtype Graph: Sendable

  /// Makes what the model needs of a graph.
  ///
  /// - Parameter neighbours: For each node, the row, its neighbours, the columns.
  static func prepared(_ neighbours: CompressedSparseRows) -> Graph

  /// The logits of every node.
  ///
  /// - Parameters:
  ///   - features: [nodes, features].
  ///   - graph: What ``prepared(_:)`` made of the graph of these nodes.
  ///   - random: The stream that dropout and noise are drawn from in training; nil for neither.
  /// - Returns: [nodes, classes].
  func logits(_ features: Tensor<Scalar>, on graph: Graph, training random: RandomStream?) -> Tensor<Scalar>
}

extension NodeClassifier {
  /// The logits of every node, without dropout or noise.
  public func logits(_ features: Tensor<Scalar>, on graph: Graph) -> Tensor<Scalar> {
    logits(features, on: graph, training: nil)
  }

  /// The logits of every graph of a batch: the means of its nodes' logits.
  ///
  /// Since the last layer is linear, that is the layer applied to the mean of the nodes' states.
  ///
  /// - Parameters:
  ///   - features: [nodes, features], the nodes of one graph after those of another.
  ///   - graph: The graphs as one, without pairs between them.
  ///   - starts: Where the nodes of each graph begin, and then their number.
  ///   - random: The stream that dropout and noise are drawn from in training; nil for neither.
  /// - Returns: [graphs, classes]; zeros for a graph without nodes.
  public func graphLogits(
    _ features: Tensor<Scalar>, on graph: Graph, starts: [Int], training random: RandomStream? = nil
  ) -> Tensor<Scalar> {
    logits(features, on: graph, training: random).segmentMean(starts)
  }
}

/// The graph of a model that looks at each node alone.
public struct NoGraph: Sendable, Hashable {
  /// The only value.
  public init() {}
}

/// Stops where features do not fit the model or the graph.
package func requireFeatures<Scalar>(_ features: Tensor<Scalar>, inputSize: Int, nodeCount: Int? = nil) {
  let nodes = nodeCount ?? features.shape.first ?? 0
  require(
    features.shape == [nodes, inputSize],
    "features of shape \(features.shape), expected [\(nodeCount.map { "\($0)" } ?? "nodes"), \(inputSize)]")
}
