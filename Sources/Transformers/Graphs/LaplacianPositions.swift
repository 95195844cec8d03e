import Foundations
public import Tensors

/// Positions of the nodes of a graph: their entries in the eigenvectors of the graph's Laplacian with the smallest
/// eigenvalues above zero.
///
/// L = I - D^(-1/2) A D^(-1/2) for the adjacency A and the degrees D; an isolated node has a row and column of zeros.
/// Eigenvalues lie between 0 and 2; the smaller one is, the smoother its eigenvector is over edges. Zero is an eigenvalue once for
/// every connected component, with an eigenvector that says nothing but degrees: these are left out. An eigenvector of
/// a graph of several components is zero outside one of them, and positions are those of the smallest eigenvalues of
/// all components together; the position of an isolated node is 0.
///
/// Eigenvectors have length 1 and the sign that makes their entry of largest magnitude (the first of several) positive.
/// Where an eigenvalue repeats, any rotation of its eigenvectors is as valid as the one given here.
///
/// The same on every run and any number of threads; last bits depend on the LAPACK that is installed.
///
/// - Source: Dwivedi and Bresson, "A Generalization of Transformer Networks to Graphs", 2021; Chung, "Spectral Graph
///   Theory", 1997.
public struct LaplacianPositions<Scalar: TensorScalar>: Sendable {
  /// The positions, [nodes, count]: one eigenvector per column, by rising eigenvalue; columns beyond the last eigenvector
  /// of a graph are zeros.
  public let vectors: Tensor<Scalar>
  /// The eigenvalues of each graph, rising, in the order of the columns; fewer than columns in a small graph.
  public let eigenvalues: [[Double]]
  /// The nodes of each graph.
  public let nodeRanges: [Range<Int>]

  /// Computes the positions of one graph, or of several that stand side by side in one list of nodes.
  ///
  /// - Parameters:
  ///   - neighbours: A symmetric graph; a repeated pair counts as often as it occurs.
  ///   - count: The size of a position.
  ///   - nodeRanges: The nodes of each graph, none joined to another's; nil for one graph.
  ///   - tolerance: How large ||L v - lambda v|| of an eigenvector may be, relative to the largest eigenvalue asked for.
  /// - Throws: ``LaplacianNotConverged`` for a large component whose smallest eigenvalues lie so close to each other,
  ///   as those of a long chain, that a fixed number of products does not separate them.
  /// - Cost: components of up to 1,000 nodes: 4/3 nodes³ operations. Larger ones: some hundred to thousand products
  ///   with L for each position, each proportional to nodes and pairs.
  public init(
    of neighbours: CompressedSparseRows, count: Int, nodeRanges: [Range<Int>]? = nil, tolerance: Double = 1e-8
  ) throws {
    try self.init(
      of: neighbours, count: count, nodeRanges: nodeRanges, tolerance: tolerance, denseLimit: 1_000)
  }

  /// As above; components of more than `denseLimit` nodes are solved by products only.
  package init(
    of neighbours: CompressedSparseRows, count: Int, nodeRanges: [Range<Int>]? = nil,
    tolerance: Double = 1e-8,
    denseLimit: Int
  ) throws {
    let nodes = neighbours.rowCount
    let ranges = nodeRanges ?? [0..<nodes]
    require(count > 0, "\(count) positions, expected 1 or more")
    require(tolerance > 0, "tolerance \(tolerance), expected above 0")
    require(neighbours.columnCount == nodes, "neighbours among \(neighbours.columnCount) of \(nodes) nodes")
    require(isSymmetric(neighbours), "positions need a graph with both directions of every edge")
    require(
      ranges.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= nodes }, "nodes outside 0..<\(nodes)")
    let components = GraphComponents(of: neighbours)
    let spectra = try Self.spectra(
      of: ranges, components: components, neighbours: neighbours, count: count, tolerance: tolerance,
      denseLimit: denseLimit)
    vectors = Tensor(shape: [nodes, count]) { out in
      out.update(repeating: 0, count: nodes * count)
      for spectrum in spectra {
        for (column, vector) in spectrum.enumerated() {
          for (node, value) in zip(vector.nodes, vector.entries) {
            out[Int(node) * count + column] = Scalar(value)
          }
        }
      }
    }
    eigenvalues = spectra.map { $0.map(\.eigenvalue) }
    self.nodeRanges = ranges
  }

  /// The positions with a random sign for each graph and column, so that training does not come to rely on either of
  /// two signs that are equally valid.
  ///
  /// - Shape: [nodes, count].
  /// - Source: Dwivedi and Bresson 2021.
  public func randomSigns(using random: inout RandomStream) -> Tensor<Scalar> {
    let count = vectors.shape[1]
    return Tensor(shape: vectors.shape) { out in
      vectors.withElements { values in
        for index in values.indices { out[index] = values[index] }
      }
      for range in nodeRanges {
        for column in 0..<count where random.next() >> 63 == 1 {
          for node in range { out[node * count + column].negate() }
        }
      }
    }
  }

  /// The eigenvectors of each graph: those of its components, merged by eigenvalue.
  private static func spectra(
    of ranges: [Range<Int>], components: GraphComponents, neighbours: CompressedSparseRows, count: Int,
    tolerance: Double, denseLimit: Int
  ) throws -> [[ComponentEigenvector]] {
    let parts = components.members.filter { $0.count > 1 }
    let solved = Parallelism.map(parts.count) { index in
      let part = ComponentLaplacian(of: neighbours, nodes: parts[index], indices: components.indices)
      return part.smallest(count, tolerance: tolerance, denseLimit: denseLimit)
    }
    let firsts = parts.map { Int($0[0]) }
    return try ranges.map { range in
      var found: [ComponentEigenvector] = []
      var index = firsts.partitioningIndex { $0 >= range.lowerBound }
      while index < parts.count, firsts[index] < range.upperBound {
        guard let vectors = solved[index] else {
          throw LaplacianNotConverged(nodeCount: parts[index].count, count: count, tolerance: tolerance)
        }
        require(
          parts[index].allSatisfy { range.contains(Int($0)) }, "nodes \(range) are joined to others")
        found += vectors
        index += 1
      }
      let order = found.indices.sorted { (found[$0].eigenvalue, $0) < (found[$1].eigenvalue, $1) }
      return order.prefix(count).map { found[$0] }
    }
  }
}

extension [Int] {
  /// The first index of a rising list from which on a condition holds.
  fileprivate func partitioningIndex(where holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// Whether every pair occurs equally often in both directions.
private func isSymmetric(_ neighbours: CompressedSparseRows) -> Bool {
  let transposed = neighbours.transposed().pattern
  return transposed == transposed.transposed().pattern
}

/// The eigenvectors of a graph could not be separated.
public struct LaplacianNotConverged: Error, Equatable, CustomStringConvertible {
  /// The number of nodes of the connected component.
  public let nodeCount: Int
  /// The number of eigenvectors that were asked for.
  public let count: Int
  /// The tolerance that was asked for.
  public let tolerance: Double

  /// One line.
  public var description: String {
    "the \(count) smallest eigenvectors of a component of \(nodeCount) nodes did not converge to \(tolerance): its"
      + " smallest eigenvalues are too close; ask for fewer positions or a larger tolerance"
  }
}
