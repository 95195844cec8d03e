import Foundation
import Reporting

/// Runs of `graph-classification` on small graphs, in a folder of their own.
struct GraphClassificationRuns {
  let folder: TemporaryPlace

  init() throws { folder = try TemporaryPlace() }

  /// Options of a small model that trains in a second.
  func options(_ output: String) -> [String] {
    [
      "--generated-graphs", "40", "--folds", "2", "--dimension", "8", "--heads", "2", "--key-size", "4",
      "--memories", "6", "--blocks", "2", "--positions", "3", "--epochs", "2", "--batch", "8", "--trials",
      "2",
      "--output", folder.path(output),
    ]
  }

  func run(_ arguments: [String]) throws -> FinishedProgram {
    try Program("graph-classification").run(arguments)
  }

  func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder.path(name)))
  }

  /// The numbers of a run that are not times.
  func summary(_ output: String) throws -> [String: Double] {
    try RunRecord.read(from: folder.path("\(output)/run.json")).summary.filter {
      !$0.key.hasSuffix("seconds")
    }
  }

  /// A TU set of 24 graphs, chains and rings of three to five nodes, with three folds of four test graphs.
  func writeSet() throws {
    let set = folder.path("SET")
    try FileManager.default.createDirectory(atPath: "\(set)/folds", withIntermediateDirectories: true)
    var (edges, indicator, labels, nodeLabels, first) = ("", "", "", "", 1)
    for graph in 0..<24 {
      let (nodes, isRing) = (3 + graph % 3, graph / 2 % 2 == 0)
      for node in 0..<nodes {
        indicator += "\(graph + 1)\n"
        nodeLabels += "\([4, 9][node % 2])\n"
        if node + 1 < nodes || isRing {
          let (a, b) = (first + node, first + (node + 1) % nodes)
          edges += "\(a), \(b)\n\(b), \(a)\n"
        }
      }
      labels += isRing ? "1\n" : "-1\n"
      first += nodes
    }
    for (part, text) in [
      ("A", edges), ("graph_indicator", indicator), ("graph_labels", labels), ("node_labels", nodeLabels),
    ] { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(set)/SET_\(part).txt")) }
    for fold in 0..<3 {
      let test = (4 * fold..<4 * fold + 4).map { "\($0)\n" }.joined()
      try Data(test.utf8).write(to: URL(fileURLWithPath: "\(set)/folds/test_idx-\(fold + 1).txt"))
    }
  }
}
