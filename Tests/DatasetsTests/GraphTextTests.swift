import Datasets
import Foundation
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
        + " 1 self loops dropped, 10 directed edges in the graph; ignored: SET_edge_labels.txt,"
        + " SET_graph_attributes.txt")
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
      ("A", "1, 2.0\n", "SET_A.txt: line 1: \"1, 2.0\", expected two nodes separated by a comma"),
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
      ("graph_labels", nil, "SET_graph_labels.txt: missing, expected a file"),
      (
        "node_labels", "6\n0\n",
        "SET_node_labels.txt: 2 lines, expected 8, the nodes of SET_graph_indicator.txt"
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

  @Test("folds out of range or with a graph in two of them are refused")
  func folds() throws {
    let folder = try smallSet()
    try folder.write("folds/test_idx-1.txt", "0\n3\n")
    #expect(
      folder.complaint { _ = try TUFolder.read(folder.url) }
        == "folds/test_idx-1.txt: line 2: graph 3, expected 0 to 2")
    try folder.write("folds/test_idx-1.txt", "0\n")
    try folder.write("folds/test_idx-2.txt", "1\n0\n")
    #expect(
      folder.complaint { _ = try TUFolder.read(folder.url) }
        == "folds/test_idx-2.txt: line 2: graph 0, expected once, was in test_idx-1.txt")
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
