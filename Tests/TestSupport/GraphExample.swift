public import Tensors

/// A small graph with features: node 4 has no neighbours, node 1 two self pairs, nodes 2 and 0 are joined twice, and 3
/// looks at 5 but not back.
public struct GraphExample {
  public let neighbours: CompressedSparseRows
  public let features: Tensor<Double>

  public static let inputSize = 3

  public init(seed: UInt64) {
    let pairs: [(Int32, Int32)] = [
      (0, 1), (1, 0), (0, 2), (0, 2), (2, 0), (2, 0), (1, 1), (1, 1), (2, 3), (3, 2), (3, 5), (6, 1), (1, 6),
      (5, 6),
    ]
    neighbours = CompressedSparseRows(
      rowCount: 7, columnCount: 7, rows: pairs.map(\.0), columns: pairs.map(\.1))
    var random = RandomStream(seed: seed)
    features = .normal([7, Self.inputSize], using: &random)
  }

  public init(neighbours: CompressedSparseRows, features: Tensor<Double>) {
    (self.neighbours, self.features) = (neighbours, features)
  }

  public var nodeCount: Int { neighbours.rowCount }

  /// The same graph whose node i is node `order[i]` here.
  public func reordered(_ order: [Int]) -> GraphExample {
    var indices = order
    for (index, node) in order.enumerated() { indices[node] = index }
    return GraphExample(
      neighbours: CompressedSparseRows(
        rowCount: nodeCount, columnCount: nodeCount, rows: neighbours.rows.map { Int32(indices[Int($0)]) },
        columns: neighbours.columns.map { Int32(indices[Int($0)]) }),
      features: features.gathered(order, axis: 0))
  }

  /// The nodes of `other` after these, without pairs between.
  public func followed(by other: GraphExample) -> GraphExample {
    let shift = Int32(nodeCount)
    let count = nodeCount + other.nodeCount
    return GraphExample(
      neighbours: CompressedSparseRows(
        rowCount: count, columnCount: count, rows: neighbours.rows + other.neighbours.rows.map { $0 + shift },
        columns: neighbours.columns + other.neighbours.columns.map { $0 + shift }),
      features: .concatenated([features, other.features], axis: 0))
  }
}

extension Parameterized where Scalar == Double {
  /// The same model with noise on all parameters, so that no bias is zero and no gain one.
  public func shaken(_ seed: UInt64) -> Self {
    var random = RandomStream(seed: seed).child(99)
    return with(
      parameters.map { _, value in
        value + Tensor<Double>.normal(value.shape, standardDeviation: 0.3, using: &random)
      })
  }
}
