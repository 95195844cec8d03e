import Datasets
import Foundation
import Foundations
import Tensors
import Testing

struct GraphTextTests {
  @Test("a TU set is read: classes and labels from 0, both directions, repeats and self loops left out")
  func reading() throws {
    let folder = try smallSet(["edge_labels": "1\n", "graph_attributes": "0.5\n"])
    try folder.write("folds/test_idx-1.txt", "2\n")
    try folder.write("folds/test_idx-2.txt", "0\n1\n")
    let (graphs, report) = try TUFolder.read(folder.url)
    #expect(graphs.name == "SET")
    #expect(graphs.nodeRanges == [0..<3, 3..<4, 4..<8])
    #expect(graphs.labels == [1, 0, 1])
    #expect(graphs.classNames == ["-1", "1"])
    #expect(graphs.nodeLabels == [2, 0, 2, 1, 0, 0, 1, 2])
    #expect(graphs.testParts == [[2], [0, 1]])
    #expect(lists(graphs.neighbours) == [[1], [0, 2], [1], [], [5, 6, 7], [4], [4], [4]])
    #expect(graphs.features.shape == [8, 3])
    for (node, label) in [2, 0, 2, 1, 0, 0, 1, 2].enumerated() {
      #expect((0..<3).map { graphs.features[node, $0] } == (0..<3).map { $0 == label ? 1 : 0 })
    }
    #expect(
      "\(report)"
        == "SET: 3 graphs, 8 nodes (1 isolated), 11 directed edges read, 1 reverses added, 1 repeats dropped,"
        + " 1 self loops dropped, 10 directed edges in the graph; test parts of 2 folds from folds; ignored:"
        + " SET_edge_labels.txt, SET_graph_attributes.txt")
  }

  @Test("self loops stay where that is asked for")
  func selfLoops() throws {
    let folder = try smallSet()
    let (graphs, report) = try TUFolder.read(folder.url, selfLoops: .kept)
    #expect(Array(graphs.neighbours.columns(of: 5)) == [4, 5])
    #expect(report.pairCount == 11 && report.selfLoopCount == 1 && report.isolatedNodeCount == 1)
  }

  @Test("attributes follow the labels")
  func attributes() throws {
    let text = (0..<8).map { "\(Double($0) - 3.5), 1e-\($0),\t.25 \r\n" }.joined()
    let folder = try smallSet(["node_attributes": text])
    let graphs = try TUFolder.read(folder.url).graphs
    #expect(graphs.featureDescription == "one-hot node labels (3), node attributes (3)")
    for node in 0..<8 {
      let expected: [Float] = [Float(node) - 3.5, [1, 0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7][node], 0.25]
      #expect((3..<6).map { graphs.features[node, $0] } == expected)
    }
  }

  @Test("without labels and attributes the features are degrees, the largest together", arguments: [2, 9])
  func degrees(cap: Int) throws {
    let folder = try smallSet(["node_labels": nil])
    let graphs = try TUFolder.read(folder.url, degreeCap: cap).graphs
    let degrees = [1, 2, 1, 0, 3, 1, 1, 1].map { min($0, cap) }
    #expect(graphs.nodeLabels == nil)
    #expect(graphs.features.shape == [8, min(cap, 3) + 1])
    for (node, degree) in degrees.enumerated() {
      #expect(
        (0...min(cap, 3)).map { graphs.features[node, $0] } == (0...min(cap, 3)).map { $0 == degree ? 1 : 0 })
    }
  }

  @Test(
    "a damaged set is refused in one line that names file, line and what was expected",
    arguments: [
      ("A", "1, 2\n2, 9\n", "SET_A.txt: line 2: node 9, expected 1 to 8"),
      ("A", "0, 2\n", "SET_A.txt: line 1: node 0, expected 1 to 8"),
      ("A", "1, 2\n2, -1\n", "SET_A.txt: line 2: node -1, expected 1 to 8"),
      (
        "A", "1, 2\n1, 4\n",
        "SET_A.txt: line 2: nodes 1 and 4 of graphs 1 and 2, expected two nodes of one graph"
      ),
      ("A", "1, 2\n2, ", "SET_A.txt: line 2: \"2, \", expected two nodes separated by a comma"),
      ("A", "1, 2\n2 x\n", "SET_A.txt: line 2: \"2 x\", expected two nodes separated by a comma"),
      ("A", "1, 2, 3\n", "SET_A.txt: line 1: \"1, 2, 3\", expected two nodes separated by a comma"),
      ("A", "1, 2.5\n", "SET_A.txt: line 1: \"1, 2.5\", expected two nodes separated by a comma"),
      ("A", "1, 0x2\n", "SET_A.txt: line 1: \"1, 0x2\", expected two nodes separated by a comma"),
      ("A", "1,, 2\n", "SET_A.txt: line 1: \"1,, 2\", expected two nodes separated by a comma"),
      ("A", "\u{FF}\u{FE}1", "SET_A.txt: line 1: \"\u{FF}\u{FE}1\", expected two nodes separated by a comma"),
      (
        "A", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
        "SET_A.txt: is a Git LFS pointer (run `git lfs pull` to get the file itself), expected lines of numbers"
      ),
      (
        "A", "<!DOCTYPE html><html>",
        "SET_A.txt: is an HTML page (the download gave a page instead of the file: fetch it again), expected lines"
          + " of numbers"
      ),
      ("A", "1, 2\n\n2, 1\n", "SET_A.txt: line 2: empty, expected two nodes separated by a comma"),
      (
        "A", "1, 99999999999999999999\n",
        "SET_A.txt: line 1: \"1, 99999999999999999999\", expected two nodes separated by a comma"
      ),
      ("A", "\n \n", "SET_A.txt: no edges, expected at least one"),
      ("A", "6, 6\n1, 1\n", "SET_A.txt: self loops only, expected edges between nodes"),
      ("A", nil, ": no file that ends in _A.txt, expected the files of a TU data set"),
      ("graph_indicator", "1\n1\n2\n1\n", "SET_graph_indicator.txt: line 4: graph 1, expected 2 or 3"),
      ("graph_indicator", "1\n1\n3\n", "SET_graph_indicator.txt: line 3: graph 3, expected 1 or 2"),
      ("graph_indicator", "0\n", "SET_graph_indicator.txt: line 1: graph 0, expected 1"),
      ("graph_indicator", "", "SET_graph_indicator.txt: no nodes, expected the graph of each node"),
      (
        "graph_indicator", "1\n1\n1\n2\n",
        "SET_graph_labels.txt: 3 lines, expected 2, the graphs of SET_graph_indicator.txt"
      ),
      ("graph_indicator", "1\n1\n1\n2\n3\n3\n3\n", "SET_A.txt: line 10: node 8, expected 1 to 7"),
      ("graph_indicator", nil, "SET_graph_indicator.txt: missing, expected a file"),
      (
        "graph_labels", "1\n-1\n",
        "SET_graph_labels.txt: 2 lines, expected 3, the graphs of SET_graph_indicator.txt"
      ),
      ("graph_labels", "2\n2\n2\n", "SET_graph_labels.txt: class 2 only, expected at least two classes"),
      ("graph_labels", "1\nb\n1\n", "SET_graph_labels.txt: line 2: \"b\", expected the class of a graph"),
      (
        "graph_labels", "1\n1.5\n2\n",
        "SET_graph_labels.txt: line 2: \"1.5\", expected the class of a graph, a whole number: there is no regression"
      ),
      (
        "graph_labels", "1\n1e300\n2\n",
        "SET_graph_labels.txt: line 2: \"1e300\", expected the class of a graph, a whole number: there is no regression"
      ),
      ("graph_labels", "1\nnan\n2\n", "SET_graph_labels.txt: line 2: \"nan\", expected the class of a graph"),
      (
        "graph_labels", "1, 0\n1, 1\n",
        "SET_graph_labels.txt: line 1: \"1, 0\", expected the class of a graph"
      ),
      ("graph_labels", nil, "SET_graph_labels.txt: missing, expected a file"),
      (
        "node_labels", "6\n0\n",
        "SET_node_labels.txt: 2 lines, expected 8, the nodes of SET_graph_indicator.txt"
      ),
      (
        "node_labels", "6, 1\n0\n",
        "SET_node_labels.txt: line 2: 1 numbers, expected 2 as on line 1"
      ),
      (
        "node_labels", "6\n0.25\n",
        "SET_node_labels.txt: line 2: \"0.25\", expected whole numbers, the labels of a node"
      ),
      (
        "node_attributes", "1\n0x10\n",
        "SET_node_attributes.txt: line 2: \"0x10\", expected finite numbers separated by commas"
      ),
      (
        "node_attributes", "1, 2\n3\n",
        "SET_node_attributes.txt: line 2: 1 numbers, expected 2 as on line 1"
      ),
      (
        "node_attributes", "1\nnan\n",
        "SET_node_attributes.txt: line 2: \"nan\", expected finite numbers separated by commas"
      ),
      (
        "node_attributes", "1\n1e99\n",
        "SET_node_attributes.txt: line 2: \"1e99\", expected finite numbers separated by commas"
      ),
      (
        "node_attributes", "1\n2,\n",
        "SET_node_attributes.txt: 2 lines, expected 8, the nodes of SET_graph_indicator.txt"
      ),
    ] as [(String, String?, String)])
  func damaged(part: String, text: String?, expected: String) throws {
    let folder = try smallSet([part: text])
    let complaint = try #require(folder.complaint { _ = try TUFolder.read(folder.url) })
    #expect(complaint.hasPrefix(expected) || complaint == folder.url.path + expected)
    #expect(!complaint.contains("\n"))
  }

  @Test("several columns of node labels are one-hot for each column, side by side")
  func labelColumns() throws {
    let rows = [[6, 0], [0, 1], [6, 1], [3, 0], [0, 1], [0, 0], [3, 0], [6, 0]]
    let text = rows.map { "\($0[0]), \($0[1])\n" }.joined()
    let folder = try smallSet(["node_labels": text, "node_attributes": String(repeating: "0.5\n", count: 8)])
    let graphs = try TUFolder.read(folder.url).graphs
    #expect(graphs.featureDescription == "one-hot node labels of 2 columns (3 + 2), node attributes (1)")
    #expect(graphs.features.shape == [8, 6])
    for (node, row) in rows.enumerated() {
      let expected = [0, 3, 6].map { $0 == row[0] ? 1 : 0 } + [0, 1].map { $0 == row[1] ? 1 : 0 } + [0.5]
      #expect((0..<6).map { Double(graphs.features[node, $0]) } == expected)
    }
    // Nodes are of one kind where both labels agree; kinds are in the order of the codes: 0 0, 0 1, 3 0, 6 0, 6 1.
    #expect(graphs.nodeLabels == [3, 1, 4, 2, 1, 0, 2, 3])
  }

  @Test(
    "the same set is read however its numbers, separators and line ends are written",
    arguments: [
      { $0.replacingOccurrences(of: "\n", with: "\r\n") + "\r\n \r\n" },
      { $0.replacingOccurrences(of: "\n", with: "\r") },
      { $0.replacingOccurrences(of: "\n", with: "\r\r\n") },
      { "\u{FEFF}" + $0 },
      { "\u{FEFF}" + $0.replacingOccurrences(of: "\n", with: "\r\n") },
      { $0.replacingOccurrences(of: ",", with: "\t") },
      { $0.replacingOccurrences(of: ", ", with: " ").replacingOccurrences(of: ",", with: "  ") },
      { $0.replacingOccurrences(of: "\n", with: " \n") + "\n\n\t\n" },
      { String($0.dropLast()) },
      { $0.split(separator: "\n").map { numbers($0) { "\($0).0" } }.joined(separator: "\n") },
      // As numpy.savetxt writes unless told otherwise.
      { $0.split(separator: "\n").map { numbers($0) { "\($0)e+00" } }.joined(separator: "\n") },
      { $0.split(separator: "\n").map { numbers($0) { "\($0).000E+0" } }.joined(separator: "\n") },
    ] as [@Sendable (String) -> String])
  func writings(change: @Sendable (String) -> String) throws {
    let original = try smallSet()
    let (plain, report) = try TUFolder.read(original.url)
    let parts = [
      "A": "1, 2\n2, 1\n2, 3\n3, 2\n5, 6\n6, 5\n5, 7\n7, 5\n5,7\n8, 5\n6, 6\n",
      "graph_indicator": "1\n1\n1\n2\n3\n3\n3\n3\n", "graph_labels": "1\n-1\n1\n",
      "node_labels": "6\n0\n6\n3\n0\n0\n3\n6\n",
    ]
    let folder = try smallSet(parts.mapValues { change($0) })
    try folder.write("folds/test_idx-1.txt", change("2\n1\n"))
    let (graphs, other) = try TUFolder.read(folder.url)
    #expect(graphs.labels == plain.labels && graphs.classNames == plain.classNames)
    #expect(graphs.nodeStarts == plain.nodeStarts && graphs.neighbours == plain.neighbours)
    #expect(graphs.features.elements == plain.features.elements)
    #expect(graphs.testParts == [[2, 1]])
    #expect(
      other.pairsRead == report.pairsRead
        && other.folds == "test part of 1 fold from folds (1 graph in none of them)")
  }

  @Test("text in UTF-16 and packed files are called what they are")
  func otherKinds() throws {
    let folder = try smallSet()
    try folder.write("SET_A.txt", [0xFF, 0xFE] + "1, 2\n".utf16.flatMap { [UInt8($0), 0] })
    #expect(
      folder.complaint { _ = try TUFolder.read(folder.url) }
        == "SET_A.txt: is UTF-16 text, expected numbers in ASCII or UTF-8")
    try folder.write("SET_A.txt", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3])
    #expect(
      folder.complaint { _ = try TUFolder.read(folder.url) }
        == "SET_A.txt: is gzip data (unpack it with `gzip -d`), expected lines of numbers")
  }

  @Test("where the files lie elsewhere or packed, the message says so; targets of a regression are named")
  func hints() throws {
    let folder = try TemporaryFolder()
    let start = "\(folder.url.path): no file that ends in _A.txt, expected the files of a TU data set"
    try folder.write("SET_A.txt.gz", [0x1F, 0x8B, 8])
    #expect(message { _ = try TUFolder.read(folder.url) } == start + "; unpack SET_A.txt.gz")
    try folder.write("raw/SET_A.txt", "1, 2\n")
    #expect(message { _ = try TUFolder.read(folder.url) } == start + "; the folder raw in it has them")
    let targets = try smallSet(["graph_labels": nil, "graph_attributes": "0.5\n1\n2\n"])
    #expect(
      targets.complaint { _ = try TUFolder.read(targets.url) }
        == "SET_graph_labels.txt: missing, expected the classes of the graphs; SET_graph_attributes.txt is for"
        + " regression")
  }

  @Test("all that is passed over is said, but for notes and traces of file managers")
  func passedOver() throws {
    let folder = try smallSet()
    for name in ["README.txt", "LICENSE", "Thumbs.db", ".DS_Store", "._SET_A.txt", "SET_edge_attributes.txt"]
    {
      try folder.write(name, "x")
    }
    try folder.write("SET_splits.json", "[]")
    try folder.write("fold_idx/test_idx-1.txt", "0\n")
    let report = try TUFolder.read(folder.url).report
    #expect(report.ignoredFiles == ["SET_edge_attributes.txt", "SET_splits.json", "fold_idx"])
    #expect(report.folds == nil)
    for number in 0..<9 { try folder.write("x\(number).bin", "x") }
    #expect(
      "\(try TUFolder.read(folder.url).report)".hasSuffix("x0.bin, x1.bin, x2.bin, x3.bin, x4.bin and 4 more")
    )
  }

  @Test("a folder that is missing, and one with two sets, are named")
  func folders() throws {
    let folder = try smallSet()
    try folder.write("OTHER_A.txt", "1, 2\n")
    #expect(
      message { _ = try TUFolder.read(folder.url) }
        == "\(folder.url.path): files of 2 sets, OTHER and SET; expected those of one")
    let missing = folder.url.appendingPathComponent("none")
    #expect(
      message { _ = try TUFolder.read(missing) }
        == "\(missing.path): cannot be listed, expected a readable folder")
  }
}

/// A line with each of its numbers written anew.
private func numbers(_ line: Substring, _ write: (Substring) -> String) -> String {
  line.split { ", ".contains($0) }.map(write).joined(separator: ", ")
}
