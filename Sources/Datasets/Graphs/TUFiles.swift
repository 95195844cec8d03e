import Foundation

/// The files of a TU set, each held against the others as it is read.
struct TUFiles {
  /// The name of the set, which all its files start with.
  let name: String
  /// Files of the set that are there and not used.
  let ignored: [String]
  private let folder: URL

  init(folder: URL) throws {
    let names = try DataFile.names(inFolder: folder)
    let sets = names.filter { $0.hasSuffix("_A.txt") }.map { String($0.dropLast("_A.txt".count)) }
    guard sets.count == 1 else {
      throw DataFileError(
        file: folder.path,
        problem: sets.isEmpty
          ? "no file that ends in _A.txt, expected the files of a TU data set"
          : "files of \(sets.count) sets, \(sets.joined(separator: " and ")); expected those of one")
    }
    let unused = ["edge_labels", "edge_attributes", "graph_attributes"].map { "\(sets[0])_\($0).txt" }
    name = sets[0]
    ignored = unused.filter(names.contains)
    self.folder = folder
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
    let labels = try NumberLines(contentsOf: url(part)).integers(perLine: 1, expected: "the class of a graph")
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
    if let place = numbers.firstIndex(where: { $0 < 1 || $0 > nodeCount }) {
      throw failure(part, "line \(place / 2 + 1): node \(numbers[place]), expected 1 to \(nodeCount)")
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
    for place in stride(from: 0, to: numbers.count, by: 2) {
      let ends = (numbers[place] - 1, numbers[place + 1] - 1)
      guard graphs[ends.0] == graphs[ends.1] else {
        throw failure(
          part,
          "line \(place / 2 + 1): nodes \(ends.0 + 1) and \(ends.1 + 1) of graphs \(graphs[ends.0] + 1) and"
            + " \(graphs[ends.1] + 1), expected two nodes of one graph")
      }
      from.append(Int32(ends.0))
      to.append(Int32(ends.1))
    }
    return (from, to)
  }

  /// The labels of the nodes; nil for a set without.
  func nodeLabels(nodeCount: Int) throws -> NumberedCodes? {
    let part = "node_labels"
    guard DataFile.exists(url(part)) else { return nil }
    let labels = try NumberLines(contentsOf: url(part)).integers(perLine: 1, expected: "the label of a node")
    try requireNodes(labels.count, of: nodeCount, part)
    let codes = NumberedCodes(labels)
    guard codes.codes.count <= TUFolder.largestNodeLabelCount else {
      throw failure(
        part, "\(codes.codes.count) distinct labels, expected at most \(TUFolder.largestNodeLabelCount)")
    }
    return codes
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

  /// The test parts in `folds`, from number 1 up to the first that is missing.
  func testParts(graphCount: Int) throws -> [[Int]] {
    var parts: [[Int]] = []
    var partOfGraph = [Int?](repeating: nil, count: graphCount)
    while true {
      let file = "test_idx-\(parts.count + 1).txt"
      let url = folder.appendingPathComponent("folds").appendingPathComponent(file)
      guard DataFile.exists(url) else { return parts }
      let graphs = try NumberLines(contentsOf: url).integers(perLine: 1, expected: "the number of a graph")
      guard !graphs.isEmpty else {
        throw DataFileError(file: url.path, problem: "no graphs, expected at least one")
      }
      for (line, graph) in graphs.enumerated() {
        guard (0..<graphCount).contains(graph) else {
          throw DataFileError(
            file: url.path, problem: "line \(line + 1): graph \(graph), expected 0 to \(graphCount - 1)")
        }
        if let other = partOfGraph[graph] {
          throw DataFileError(
            file: url.path,
            problem: "line \(line + 1): graph \(graph), expected once, was in test_idx-\(other).txt")
        }
        partOfGraph[graph] = parts.count + 1
      }
      parts.append(graphs)
    }
  }
}
