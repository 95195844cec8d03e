/// Eigenvectors of a graph that could not be told apart.
public struct LaplacianNotConverged: Error, Equatable, CustomStringConvertible {
  /// Nodes of the connected component.
  public let nodeCount: Int
  /// Eigenvectors that were asked for.
  public let count: Int
  /// How exact they should have been.
  public let tolerance: Double

  /// One line.
  public var description: String {
    "the \(count) smallest eigenvectors of a component of \(nodeCount) nodes did not converge to \(tolerance): its"
      + " smallest eigenvalues are too close; ask for fewer positions or a larger tolerance"
  }
}
