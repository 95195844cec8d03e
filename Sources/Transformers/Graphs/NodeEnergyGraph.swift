public import Energies
import Foundations
public import Tensors

/// What node models need of a graph, prepared once: the neighbours of each node, and its position.
public struct NodeEnergyGraph<Scalar: TensorScalar>: Sendable {
  /// The nodes that each node attends to.
  public let neighbourhoods: Neighbourhoods
  /// The positions of the nodes, for models that read them.
  public let positions: LaplacianPositions<Scalar>?
  /// The factor that gives positions variance 1 over the nodes that have one.
  private let positionScale: Scalar

  /// A graph whose nodes attend to their neighbours and themselves.
  ///
  /// - Parameters:
  ///   - neighbours: Row n holds the neighbours of node n.
  ///   - includesSelf: Whether a node attends to itself too, exactly once.
  ///   - positions: The positions of the nodes, as many numbers each as the model's `positionCount`.
  public init(
    _ neighbours: CompressedSparseRows, includesSelf: Bool = true,
    positions: LaplacianPositions<Scalar>? = nil
  ) {
    neighbourhoods = Neighbourhoods(neighbours, includesSelf: includesSelf)
    self.positions = positions
    if let positions {
      require(
        positions.vectors.shape[0] == neighbours.rowCount,
        "positions of \(positions.vectors.shape[0]) nodes for a graph of \(neighbours.rowCount)")
    }
    // Isolated nodes have no position: they do not change the scale.
    let joined = (0..<neighbours.rowCount).count { node in
      neighbours.columns(of: node).contains { Int($0) != node }
    }
    positionScale = Scalar(max(1, joined)).squareRoot()
  }

  /// The number of nodes.
  public var nodeCount: Int { neighbourhoods.nodeCount }

  /// The positions, [nodes, positions], eigenvectors scaled to variance 1; with random signs where `random` is given.
  func scaledPositions(_ random: RandomStream?) -> Tensor<Scalar>? {
    guard let positions else { return nil }
    guard var random else { return positions.vectors * positionScale }
    return positions.randomSigns(using: &random) * positionScale
  }
}
