public import Energies
import Foundations
public import Tensors

/// What node models need of a graph, prepared once: whom each node looks at, and where it stands.
public struct NodeEnergyGraph<Scalar: TensorScalar>: Sendable {
  /// Whom each node looks at.
  public let neighbourhoods: Neighbourhoods
  /// Where each node stands, where a model reads it.
  public let positions: LaplacianPositions<Scalar>?
  /// What makes positions numbers of variance 1 over the nodes that have any.
  private let positionScale: Scalar

  /// A graph for nodes that see their neighbours and themselves.
  ///
  /// - Parameters:
  ///   - neighbours: Row C holds the neighbours of node C.
  ///   - includesSelf: Whether a node sees itself too, exactly once.
  ///   - positions: Where each node stands, for a model with as many positions.
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
    // Isolated nodes stand nowhere: they do not change the scale.
    let joined = (0..<neighbours.rowCount).count { node in
      neighbours.columns(of: node).contains { Int($0) != node }
    }
    positionScale = Scalar(max(1, joined)).squareRoot()
  }

  /// Nodes.
  public var nodeCount: Int { neighbourhoods.nodeCount }

  /// The positions, [nodes, positions], eigenvectors scaled to variance 1; with random signs where `random` is given.
  func scaledPositions(_ random: RandomStream?) -> Tensor<Scalar>? {
    guard let positions else { return nil }
    guard var random else { return positions.vectors * positionScale }
    return positions.randomSigns(using: &random) * positionScale
  }
}
