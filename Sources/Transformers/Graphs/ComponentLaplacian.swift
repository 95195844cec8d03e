import Tensors

/// An eigenvector that is zero outside the nodes it lists.
struct ComponentEigenvector {
  let eigenvalue: Double
  let nodes: [Int32]
  let entries: [Double]

  /// Takes of the two possible signs the one whose entry of largest magnitude is positive.
  init(eigenvalue: Double, nodes: [Int32], entries: [Double]) {
    self.eigenvalue = eigenvalue
    self.nodes = nodes
    let largest = entries.reduce(0) { max($0, abs($1)) }
    // Entries that are equal but for rounding count as equal: the first of them decides.
    let deciding = entries.first { abs($0) >= largest * (1 - 1e-6) } ?? 0
    self.entries = deciding < 0 ? entries.map { -$0 } : entries
  }
}

/// The normalised Laplacian of one connected component of two nodes or more.
struct ComponentLaplacian {
  let nodes: [Int32]
  let rowStarts: [Int]
  /// The neighbours of each node, as indices into `nodes`.
  let columns: [Int32]
  /// degree^(-1/2) of each node.
  let inverseRoots: [Double]
  /// The eigenvector of eigenvalue 0, of length 1: the square roots of the degrees.
  let trivial: [Double]

  var size: Int { nodes.count }

  init(of neighbours: CompressedSparseRows, nodes: [Int32], indices: [Int32]) {
    var starts = [0]
    starts.reserveCapacity(nodes.count + 1)
    var columns: [Int32] = []
    for node in nodes {
      for neighbour in neighbours.columns(of: Int(node)) { columns.append(indices[Int(neighbour)]) }
      starts.append(columns.count)
    }
    self.nodes = nodes
    rowStarts = starts
    self.columns = columns
    let degrees = nodes.indices.map { Double(starts[$0 + 1] - starts[$0]) }
    inverseRoots = degrees.map { 1 / $0.squareRoot() }
    let total = Double(columns.count).squareRoot()
    trivial = degrees.map { $0.squareRoot() / total }
  }

  /// The eigenvectors of the `count` smallest eigenvalues above zero, or all where there are fewer; nil where they did
  /// not converge.
  func smallest(_ count: Int, tolerance: Double, denseLimit: Int) -> [ComponentEigenvector]? {
    let wanted = min(count, size - 1)
    let block = FilteredSubspace.blockSize(for: wanted)
    let found =
      size <= denseLimit || 2 * block >= size
      ? dense(wanted) : FilteredSubspace(of: self, count: wanted, tolerance: tolerance).solve()
    return found?.map { ComponentEigenvector(eigenvalue: $0.value, nodes: nodes, entries: $0.vector) }
  }

  private func dense(_ count: Int) -> [(value: Double, vector: [Double])] {
    var matrix = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      matrix[row * size + row] += 1
      for column in columns[rowStarts[row]..<rowStarts[row + 1]] {
        matrix[row * size + Int(column)] -= inverseRoots[row] * inverseRoots[Int(column)]
      }
    }
    let found = SymmetricEigenvectors(smallest: count + 1, of: matrix, size: size)
    // The first is the trivial one: a connected graph has the eigenvalue 0 once.
    return (1...count).map { index in
      (found.values[index], Array(found.vectors[index * size..<(index + 1) * size]))
    }
  }
}

/// The connected components of a symmetric graph, in the order of their first nodes.
struct GraphComponents {
  /// The nodes of each component, rising.
  let members: [[Int32]]
  /// The index of each node among the nodes of its component.
  let indices: [Int32]

  /// - Cost: proportional to nodes and pairs.
  init(of neighbours: CompressedSparseRows) {
    let nodes = neighbours.rowCount
    var component = [Int32](repeating: -1, count: nodes)
    var count = Int32(0)
    var waiting: [Int32] = []
    for start in 0..<nodes where component[start] < 0 {
      component[start] = count
      waiting.append(Int32(start))
      while let node = waiting.popLast() {
        for neighbour in neighbours.columns(of: Int(node)) where component[Int(neighbour)] < 0 {
          component[Int(neighbour)] = count
          waiting.append(neighbour)
        }
      }
      count += 1
    }
    var members = [[Int32]](repeating: [], count: Int(count))
    var indices = [Int32](repeating: 0, count: nodes)
    for node in 0..<nodes {
      let index = Int(component[node])
      indices[node] = Int32(members[index].count)
      members[index].append(Int32(node))
    }
    self.members = members
    self.indices = indices
  }
}
