import Foundation

/// The files of a TU set, each held against the others as it is read.
struct TUFiles {
  /// The name of the set, which all its files start with.
  let name: String
  private let folder: URL
  /// What lies in the folder.
  private let entries: [String]

  private static let parts = ["A", "graph_indicator", "graph_labels", "node_labels", "node_attributes"]

  init(folder: URL) throws {
    entries = try DataFile.names(inFolder: folder)
    let sets = Self.sets(entries)
    guard sets.count == 1 else {
      throw DataFileError(
        file: folder.path,
        problem: sets.isEmpty
          ? "no file that ends in _A.txt, expected the files of a TU data set" + Self.hint(entries, folder)
          : "files of \(sets.count) sets, \(sets.joined(separator: " and ")); expected those of one")
    }
    name = sets[0]
    self.folder = folder
  }

  /// The names of the sets whose edges are among these files.
  private static func sets(_ entries: [String]) -> [String] {
    entries.filter { $0.hasSuffix("_A.txt") }.map { String($0.dropLast("_A.txt".count)) }
  }

  /// Where the files may be instead.
  private static func hint(_ entries: [String], _ folder: URL) -> String {
    let inside = entries.filter { entry in
      !sets((try? DataFile.names(inFolder: folder.appendingPathComponent(entry))) ?? []).isEmpty
    }
    if !inside.isEmpty { return "; the folder \(inside.joined(separator: " and ")) in it has them" }
    let packed = entries.first { entry in
      ["_A.txt.gz", "_A.txt.bz2", "_A.txt.xz", ".zip"].contains { entry.hasSuffix($0) }
    }
    return packed.map { "; unpack \($0)" } ?? ""
  }

  /// What lies in the folder and is not used, notes for people and traces of file managers aside.
  func ignored(besides folds: TUFolds) -> [String] {
    let used = Self.parts.map { "\(name)_\($0).txt" } + [folds.folder].compactMap(\.self)
    let passedOver = entries.filter { entry in
      let start = entry.lowercased()
      return !used.contains(entry)
        && !["readme", "license", "licence", "thumbs.db", "desktop.ini"].contains { start.hasPrefix($0) }
    }
    return passedOver + folds.ignored
  }

  private func url(_ part: String) -> URL { folder.appendingPathComponent("\(name)_\(part).txt") }

  private func failure(_ part: String, _ problem: String) -> DataFileError {
    DataFileError(file: url(part).path, problem: problem)
  }

  /// Where the nodes of each graph begin, and then the number of nodes.
  func nodeStarts() throws -> [Int] {
    let part = "graph_indicator"
    let graphs = try NumberLines(contentsOf: url(part)).integers(
      perLine: 1, expected: "the number of a graph")
    guard graphs.count < Int32.max else { throw failure(part, "\(graphs.count) nodes") }
    var starts: [Int] = []
    for (node, graph) in graphs.enumerated() where graph != starts.count || starts.isEmpty {
      guard graph == starts.count + 1 else {
        let expected = starts.isEmpty ? "1" : "\(starts.count) or \(starts.count + 1)"
        throw failure(
          part, "line \(node + 1): graph \(graph), expected \(expected): graphs in order, each with a node")
      }
      starts.append(node)
    }
    guard !starts.isEmpty else { throw failure(part, "no nodes, expected the graph of each node") }
    return starts + [graphs.count]
  }

  /// The classes of the graphs.
  func classes(graphCount: Int) throws -> NumberedCodes {
    let part = "graph_labels"
    if !DataFile.exists(url(part)), entries.contains("\(name)_graph_attributes.txt") {
      throw failure(
        part, "missing, expected the classes of the graphs; \(name)_graph_attributes.txt is for regression")
    }
    let labels = try NumberLines(contentsOf: url(part)).integers(
      perLine: 1, expected: "the class of a graph", ofFractions: ", a whole number: there is no regression")
    guard labels.count == graphCount else {
      throw failure(
        part, "\(labels.count) lines, expected \(graphCount), the graphs of \(name)_graph_indicator.txt")
    }
    let classes = NumberedCodes(labels)
    guard classes.codes.count > 1 else {
      throw failure(part, "class \(labels[0]) only, expected at least two classes")
    }
    return classes
  }

  /// The ends of each edge, nodes from 0.
  func edges(nodeStarts: [Int]) throws -> (from: [Int32], to: [Int32]) {
    let part = "A"
    let numbers = try NumberLines(contentsOf: url(part)).integers(
      perLine: 2, expected: "two nodes separated by a comma")
    guard !numbers.isEmpty else { throw failure(part, "no edges, expected at least one") }
    let nodeCount = nodeStarts[nodeStarts.count - 1]
    if let position = numbers.firstIndex(where: { $0 < 1 || $0 > nodeCount }) {
      throw failure(part, "line \(position / 2 + 1): node \(numbers[position]), expected 1 to \(nodeCount)")
    }
    guard numbers.indices.contains(where: { $0 % 2 == 1 && numbers[$0] != numbers[$0 - 1] }) else {
      throw failure(part, "self loops only, expected edges between nodes")
    }
    var graphs = [Int32](repeating: 0, count: nodeCount)
    for graph in 0..<nodeStarts.count - 1 {
      for node in nodeStarts[graph]..<nodeStarts[graph + 1] { graphs[node] = Int32(graph) }
    }
    var (from, to) = ([Int32](), [Int32]())
    from.reserveCapacity(numbers.count / 2)
    to.reserveCapacity(numbers.count / 2)
    for position in stride(from: 0, to: numbers.count, by: 2) {
      let ends = (numbers[position] - 1, numbers[position + 1] - 1)
      guard graphs[ends.0] == graphs[ends.1] else {
        throw failure(
          part,
          "line \(position / 2 + 1): nodes \(ends.0 + 1) and \(ends.1 + 1) of graphs \(graphs[ends.0] + 1) and"
            + " \(graphs[ends.1] + 1), expected two nodes of one graph")
      }
      from.append(Int32(ends.0))
      to.append(Int32(ends.1))
    }
    return (from, to)
  }

  /// The labels of the nodes; nil for a set without.
  func nodeLabels(nodeCount: Int) throws -> TUNodeLabels? {
    let part = "node_labels"
    guard DataFile.exists(url(part)) else { return nil }
    let (values, perLine) = try NumberLines(contentsOf: url(part)).integerColumns(
      expected: "whole numbers, the labels of a node")
    try requireNodes(values.count / max(1, perLine), of: nodeCount, part)
    let labels = TUNodeLabels(values, perNode: perLine)
    guard labels.codeCount <= TUFolder.largestNodeLabelCount else {
      throw failure(
        part, "\(labels.codeCount) distinct labels, expected at most \(TUFolder.largestNodeLabelCount)")
    }
    return labels
  }

  /// The attributes of the nodes, row by row; nil for a set without.
  func nodeAttributes(nodeCount: Int) throws -> (values: [Float], perLine: Int)? {
    let part = "node_attributes"
    guard DataFile.exists(url(part)) else { return nil }
    let attributes = try NumberLines(contentsOf: url(part)).decimals(
      expected: "finite numbers separated by commas")
    try requireNodes(attributes.values.count / max(1, attributes.perLine), of: nodeCount, part)
    return attributes
  }

  private func requireNodes(_ count: Int, of nodeCount: Int, _ part: String) throws {
    guard count == nodeCount else {
      throw failure(part, "\(count) lines, expected \(nodeCount), the nodes of \(name)_graph_indicator.txt")
    }
  }

  /// The folds beside the set.
  func folds(graphCount: Int) throws -> TUFolds {
    try TUFolds(folder: folder, entries: entries, graphCount: graphCount)
  }
}
