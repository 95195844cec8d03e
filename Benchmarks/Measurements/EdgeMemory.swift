/// The memory of a training step while the edges of a graph grow and its nodes do not, for some number of heads.
package struct EdgeMemory: Sendable {
  package let heads: Int
  /// In growing order of edges.
  package private(set) var points: [(workload: GraphWorkload, figures: MemoryFigures)] = []

  package init(heads: Int) { self.heads = heads }

  package mutating func add(_ workload: GraphWorkload, _ figures: MemoryFigures) {
    points.append((workload, figures))
  }

  /// Bytes that a directed edge adds, from the first point to the last; nil for fewer than two.
  package var bytesAnEdge: Double? {
    guard let first = points.first, let last = points.last, last.workload.edges > first.workload.edges else {
      return nil
    }
    return (last.figures.increment - first.figures.increment)
      / Double(last.workload.edges - first.workload.edges)
  }

  /// The name of a point's megabytes in a summary.
  package static func megabytesName(degree: Int, heads: Int) -> String {
    "memory_degree_\(degree)_heads_\(heads)_mb"
  }

  /// What the record of a run says; points are named by their mean number of neighbours.
  package var numbers: [String: Double] {
    var numbers: [String: Double] = [:]
    for (workload, figures) in points {
      let name = Self.megabytesName(degree: workload.edges / workload.nodes, heads: heads)
      numbers[name] = figures.increment / 1_048_576
    }
    numbers["memory_heads_\(heads)_edge_bytes"] = bytesAnEdge
    numbers["memory_heads_\(heads)_edge_head_bytes"] = bytesAnEdge.map { $0 / Double(heads) }
    return numbers
  }
}
