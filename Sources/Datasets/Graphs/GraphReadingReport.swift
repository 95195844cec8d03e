import Foundations
import Tensors

/// A report of what the reader of a graph or a collection of graphs found, added and dropped.
public struct GraphReadingReport: Sendable, Equatable, CustomStringConvertible {
  /// The name of the graph or collection, such as `reddit`.
  public let name: String
  /// The number of graphs.
  public let graphCount: Int
  /// The number of nodes of all graphs.
  public let nodeCount: Int
  /// The number of nodes that are joined to no other.
  public let isolatedNodeCount: Int
  /// The number of directed edges in the file.
  public let pairsRead: Int
  /// The number of directed edges added because the file had only their reverse.
  public let reversesAdded: Int
  /// The number of directed edges left out because they were there before.
  public let repeatsDropped: Int
  /// The number of edges in the file that join a node to itself.
  public let selfLoopCount: Int
  /// Whether those stayed in the graph.
  public let selfLoops: SelfLoops
  /// The number of directed edges of the graph that was read.
  public let pairCount: Int
  /// The published cross-validation beside the graphs, such as `test parts of 10 folds from folds`; nil without.
  public let folds: String?
  /// Files that were there and not used, by name.
  public let ignoredFiles: [String]

  init(
    name: String, graphCount: Int, pairsRead: Int, neighbours: SymmetricNeighbours, selfLoops: SelfLoops,
    folds: String? = nil, ignoredFiles: [String] = []
  ) {
    let rows = neighbours.neighbours
    (self.name, self.graphCount, self.pairsRead) = (name, graphCount, pairsRead)
    nodeCount = rows.rowCount
    isolatedNodeCount = (0..<rows.rowCount).count { node in
      rows.columns(of: node).allSatisfy { Int($0) == node }
    }
    (reversesAdded, repeatsDropped) = (neighbours.reversesAdded, neighbours.repeatsDropped)
    (selfLoopCount, self.selfLoops) = (neighbours.selfLoops, selfLoops)
    pairCount = rows.pairCount
    (self.folds, self.ignoredFiles) = (folds, ignoredFiles)
  }

  /// One line: counts, then what was added, dropped and ignored.
  public var description: String {
    let graphs = graphCount == 1 ? "" : "\(graphCount) graphs, "
    var line =
      "\(oneLine(name)): \(graphs)\(nodeCount) nodes (\(isolatedNodeCount) isolated), \(pairsRead) directed edges"
      + " read, \(reversesAdded) reverses added, \(repeatsDropped) repeats dropped, \(selfLoopCount) self loops"
      + " \(selfLoops == .kept ? "kept" : "dropped"), \(pairCount) directed edges in the graph"
    if let folds { line += "; \(oneLine(folds))" }
    if !ignoredFiles.isEmpty {
      let more = ignoredFiles.count > 8 ? " and \(ignoredFiles.count - 8) more" : ""
      line += "; ignored: " + oneLine(ignoredFiles.prefix(8).joined(separator: ", ")) + more
    }
    return line
  }
}
