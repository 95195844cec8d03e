public import Energies
import Foundations
public import Tensors

/// The input of a ``GraphEnergyTransformer``: graphs as one block-diagonal graph without padding, in which the
/// first node of each graph is a class token.
public struct GraphEnergyTransformerInput<Scalar: TensorScalar>: Sendable {
  /// The features of the nodes, [nodes, features]; zeros for class tokens.
  package(set) public var features: Tensor<Scalar>
  /// The positions of the nodes, [nodes, positions]; zeros for class tokens.
  public let positions: Tensor<Scalar>
  /// The nodes that each node attends to.
  public let neighbourhoods: Neighbourhoods
  /// The nodes of each graph, class token first, one graph after the other.
  public let nodeRanges: [Range<Int>]

  /// Graphs side by side.
  ///
  /// - Parameters:
  ///   - features: [nodes, features]; the rows of class tokens are not used.
  ///   - positions: Entries of eigenvectors as `LaplacianPositions` gives them, [nodes, positions]; the rows of
  ///     class tokens are not used.
  ///   - neighbours: The neighbours of each node; the class token of a graph and its nodes are neighbours of each other,
  ///     and no pair joins two graphs.
  ///   - nodeRanges: The nodes of each graph, its class token first.
  ///   - includesSelf: Whether every node attends to itself.
  public init(
    features: Tensor<Scalar>, positions: Tensor<Scalar>, neighbours: CompressedSparseRows,
    nodeRanges: [Range<Int>], includesSelf: Bool = true
  ) {
    let nodes = neighbours.rowCount
    require(
      features.rank == 2 && positions.rank == 2 && features.shape[0] == nodes && positions.shape[0] == nodes,
      "features of shape \(features.shape) and positions of \(positions.shape) for \(nodes) nodes")
    require(
      (nodeRanges.first?.lowerBound ?? 0) == 0 && (nodeRanges.last?.upperBound ?? 0) == nodes
        && zip(nodeRanges, nodeRanges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound }
        && nodeRanges.allSatisfy { !$0.isEmpty },
      "nodes of graphs \(nodeRanges.prefix(4)) … do not make up 0..<\(nodes)")
    Self.checkPairs(neighbours, nodeRanges)
    let isNode = Self.nodeColumn(nodeRanges, nodes)
    self.features = features.detached * isNode
    self.positions = positions.shape[1] == 0 ? positions : positions.detached * isNode
    neighbourhoods = Neighbourhoods(neighbours, includesSelf: includesSelf)
    self.nodeRanges = nodeRanges
  }

  /// The number of graphs.
  public var graphCount: Int { nodeRanges.count }
  /// The number of nodes, class tokens included.
  public var nodeCount: Int { neighbourhoods.nodeCount }
  /// The class token of each graph.
  public var classTokens: [Int] { nodeRanges.map(\.lowerBound) }

  /// 1 for class tokens and 0 for nodes, [nodes, 1].
  package var classColumn: Tensor<Scalar> { 1 - Self.nodeColumn(nodeRanges, nodeCount) }

  /// The positions with a sign for each graph and eigenvector drawn from `signs`; as they are where it is nil.
  package func positions(signs: RandomStream?) -> Tensor<Scalar> {
    guard let signs else { return positions }
    var random = signs
    let count = positions.shape[1]
    var elements = positions.elements
    for range in nodeRanges {
      for column in 0..<count where random.next() >> 63 == 1 {
        for node in range { elements[node * count + column].negate() }
      }
    }
    return Tensor(shape: positions.shape, elements: elements)
  }

  /// 1 for nodes and 0 for class tokens, [nodes, 1].
  private static func nodeColumn(_ ranges: [Range<Int>], _ count: Int) -> Tensor<Scalar> {
    var elements = [Scalar](repeating: 1, count: count)
    for range in ranges { elements[range.lowerBound] = 0 }
    return Tensor(shape: [count, 1], elements: elements)
  }

  private static func checkPairs(_ neighbours: CompressedSparseRows, _ ranges: [Range<Int>]) {
    for range in ranges {
      let (first, last) = (Int32(range.lowerBound), Int32(range.upperBound - 1))
      for node in range {
        let columns = neighbours.columns(of: node)
        require(
          columns.allSatisfy { $0 >= first && $0 <= last },
          "node \(node) of graph \(range) is joined to a node of another")
        require(
          node == range.lowerBound || columns.contains(first),
          "node \(node) does not attend to its class token, node \(first)")
      }
      require(
        neighbours.columns(of: range.lowerBound).filter { $0 > first }.count >= range.count - 1,
        "class token \(first) does not attend to all nodes of \(range)")
    }
  }
}

/// The graphs side by side in a padded batch, for energies over all pairs of nodes.
extension GraphEnergyTransformerInput {
  /// The number of nodes of the largest graph, class token included.
  var largestNodeCount: Int { nodeRanges.map(\.count).max() ?? 0 }

  /// Which rows of a padded batch hold a node.
  var mask: TokenMask { TokenMask(lengths: nodeRanges.map(\.count), tokenCount: largestNodeCount) }

  /// Rows of nodes as a padded batch: [1, nodes, size] to [graphs, largest, size], zeros for padding.
  func padded(_ rows: Tensor<Scalar>) -> Tensor<Scalar> {
    let (count, size) = (largestNodeCount, rows.shape[2])
    let indices = nodeRanges.flatMap { range in
      (0..<count).map { $0 < range.count ? range.lowerBound + $0 : nodeCount }
    }
    // Padding takes the row of zeros behind the last node.
    let extended = rows.reshaped([nodeCount, size]).padded(axis: 0, before: 0, to: nodeCount + 1)
    return extended.gathered(indices, axis: 0).reshaped([graphCount, count, size])
  }

  /// 1 for pairs of a query and a key that are joined, otherwise 0; [graphs, 1, largest, largest].
  var adjacency: Tensor<Scalar> {
    let count = largestNodeCount
    var elements = [Scalar](repeating: 0, count: graphCount * count * count)
    for (graph, range) in nodeRanges.enumerated() {
      for node in range {
        let row = (graph * count + node - range.lowerBound) * count
        for column in neighbourhoods.pattern.byRow.columns(of: node) {
          elements[row + Int(column) - range.lowerBound] = 1
        }
      }
    }
    return Tensor(shape: [graphCount, 1, count, count], elements: elements)
  }
}
