import Foundations
public import Tensors

/// Whom each node of a graph looks at: the pairs of attention over neighbours, prepared once for all steps and examples.
///
/// Row C of the graph holds the neighbours of node C, the keys of query C. A column that stands in a row more than
/// once counts each time. With `includesSelf` every node sees itself exactly once: a row without a self loop gets one,
/// and of several only the first is kept. Without it the graph is taken as it is, self loops included.
///
/// - Cost: Making it takes time and memory proportional to nodes and pairs.
public struct Neighbourhoods: Sendable, Hashable {
  /// The graph as it was given.
  public let graph: CompressedSparseRows
  /// Whether every node sees itself, exactly once.
  public let includesSelf: Bool
  /// The pairs of attention: a row for each query, its keys as columns.
  public let pattern: SparsePattern
  /// The graph's pair behind each pair of `pattern`, -1 for a node with itself that is not of the graph; nil where they
  /// are the same.
  package let graphPairs: [Int32]?

  /// The neighbourhoods of a square graph.
  public init(_ graph: CompressedSparseRows, includesSelf: Bool = true) {
    require(
      graph.rowCount == graph.columnCount,
      "a graph has as many rows as columns, not \(graph.rowCount) and \(graph.columnCount)")
    self.graph = graph
    self.includesSelf = includesSelf
    guard includesSelf else {
      (pattern, graphPairs) = (SparsePattern(graph), nil)
      return
    }
    let found = Self.seeingThemselves(graph)
    (pattern, graphPairs) = (SparsePattern(found.graph), found.graphPairs)
  }

  /// The number of nodes.
  public var nodeCount: Int { graph.rowCount }

  private static func seeingThemselves(
    _ graph: CompressedSparseRows
  ) -> (graph: CompressedSparseRows, graphPairs: [Int32]) {
    var starts = [0]
    var columns: [Int32] = []
    var pairs: [Int32] = []
    starts.reserveCapacity(graph.rowCount + 1)
    columns.reserveCapacity(graph.pairCount + graph.rowCount)
    pairs.reserveCapacity(graph.pairCount + graph.rowCount)
    graph.columns.withUnsafeBufferPointer { others in
      for row in 0..<graph.rowCount {
        var seesItself = false
        for pair in graph.rowStarts[row]..<graph.rowStarts[row + 1] {
          let isSelf = others[pair] == Int32(row)
          if isSelf && seesItself { continue }
          seesItself = seesItself || isSelf
          columns.append(others[pair])
          pairs.append(Int32(pair))
        }
        if !seesItself {
          columns.append(Int32(row))
          pairs.append(-1)
        }
        starts.append(columns.count)
      }
    }
    return (CompressedSparseRows(rowStarts: starts, columns: columns, columnCount: graph.rowCount), pairs)
  }

  /// The pairs among some of the nodes, and the graph's pair behind each, -1 where there is none.
  ///
  /// - Parameters:
  ///   - numbers: The new number of each node, -1 for those left out; they rise.
  ///   - count: How many numbers there are; those that no node has are nodes without neighbours.
  func restricted(to numbers: [Int32], count: Int) -> (pattern: SparsePattern, graphPairs: [Int32]) {
    var starts = [0]
    var columns: [Int32] = []
    var pairs: [Int32] = []
    let all = pattern.byRow
    for node in 0..<nodeCount where numbers[node] >= 0 {
      while starts.count <= Int(numbers[node]) { starts.append(columns.count) }
      for pair in all.rowStarts[node]..<all.rowStarts[node + 1] {
        let column = numbers[Int(all.columns[pair])]
        if column < 0 { continue }
        columns.append(column)
        pairs.append(graphPairs?[pair] ?? Int32(pair))
      }
      starts.append(columns.count)
    }
    while starts.count <= count { starts.append(columns.count) }
    let rows = CompressedSparseRows(rowStarts: starts, columns: columns, columnCount: count)
    return (SparsePattern(rows), pairs)
  }
}
