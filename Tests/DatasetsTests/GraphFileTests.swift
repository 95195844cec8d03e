import ArrayFiles
import Datasets
import Foundation
import Tensors
import Testing

struct GraphFileTests {
  @Test("a graph file is read with both directions of every edge, and written back the same")
  func reading() throws {
    let folder = try TemporaryFolder()
    let (graph, report) = try NodeGraphFile.read(smallGraphFile(folder))
    #expect(graph.name == "four" && graph.source == "by hand")
    #expect(graph.features.shape == [4, 2] && graph.features[2, 0] == 4.25)
    #expect(graph.labels == [0, 1, 0, 1] && graph.classCount == 2 && graph.outlierKinds == nil)
    #expect(lists(graph.neighbours) == [[1, 2], [0], [0, 3], [2]])
    #expect(
      "\(report)"
        == "four: 4 nodes (0 isolated), 6 directed edges read, 2 reverses added, 1 repeats dropped, 1 self loops"
        + " dropped, 6 directed edges in the graph")
    let copy = folder.url.appendingPathComponent("copy.safetensors")
    try NodeGraphFile.write(graph, to: copy)
    let (again, second) = try NodeGraphFile.read(copy)
    #expect(again.neighbours == graph.neighbours && again.labels == graph.labels)
    #expect(again.features.elements == graph.features.elements && again.source == graph.source)
    #expect(second.reversesAdded == 0 && second.repeatsDropped == 0 && second.selfLoopCount == 0)
  }

  @Test("indices may be of 32 bits, and outlier kinds are taken over")
  func formats() throws {
    let folder = try TemporaryFolder()
    let words = [0, 1, 2, 3, 2, 0, 1, 0, 3, 3, 3, 2].flatMap { (word: UInt8) -> [UInt8] in [word, 0, 0, 0] }
    let url = try smallGraphFile(
      folder,
      [
        "edge_index": StoredArray(elementType: .i32, shape: [2, 6], bytes: Data(words)),
        "outlier_kind": StoredArray(shape: [4], integers: [0, 1, 3, 2]),
      ])
    let (graph, report) = try NodeGraphFile.read(url, selfLoops: .kept)
    #expect(graph.outlierKinds == [OutlierKind.none, .contextual, .both, .structural])
    #expect(lists(graph.neighbours) == [[1, 2], [0], [0, 3], [2, 3]])
    #expect(report.selfLoopCount == 1 && report.pairCount == 7)
  }

  @Test(
    "a damaged graph file is refused in one line that names file, array, place and what was expected",
    arguments: [
      (
        "node_features", floats([4], 4),
        "node_features: f32 of shape [4], expected floats of shape [nodes, features]"
      ),
      (
        "node_features", floats([3, 2], 6),
        "node_labels: shape [4], expected [3], one for each row of node_features"
      ),
      (
        "node_features", StoredArray(shape: [4, 2], floats: [1, 2, 3, 4, 5, .nan, 7, 8]),
        "node_features: nan at [2, 1], expected finite numbers"
      ),
      (
        "node_features", StoredArray(shape: [4, 2], floats: [1, 2, 3, .infinity, 5, 6, 7, 8]),
        "node_features: inf at [1, 1], expected finite numbers"
      ),
      ("edge_index", integers([2, 0], []), "edge_index: no edges, expected at least one"),
      ("edge_index", integers([3, 1], [0, 1, 2]), "edge_index: shape [3, 1], expected [2, edges]"),
      ("edge_index", integers([2, 2], [0, 1, 2, 4]), "edge_index: node 4 at [1, 1], expected 0 to 3"),
      ("edge_index", integers([2, 2], [0, -1, 2, 3]), "edge_index: node -1 at [0, 1], expected 0 to 3"),
      ("edge_index", integers([2, 1], [2, 2]), "edge_index: self loops only, expected edges between nodes"),
      (
        "edge_index", floats([2, 1], 2),
        "array \"edge_index\", number format: expected integers or bool, found f32"
      ),
      (
        "node_labels", integers([4], [0, 0, 0, 0]), "node_labels: class 0 only, expected at least two classes"
      ),
      ("node_labels", integers([4], [0, -1, 0, 1]), "node_labels: -1 of node 1, expected classes from 0"),
      (
        "node_labels", integers([4], [0, 2, 0, 2]),
        "node_labels: no node of class 1, expected every class from 0 to 2"
      ),
      ("outlier_kind", integers([4], [0, 1, 2, 4]), "outlier_kind: 4 of node 3, expected 0 to 3"),
      ("node_labels", nil, "array names: expected \"node_labels\", found edge_index, node_features"),
    ] as [(String, StoredArray?, String)])
  func damaged(name: String, array: StoredArray?, expected: String) throws {
    let folder = try TemporaryFolder()
    let url = try smallGraphFile(folder, [name: array])
    #expect(folder.complaint { _ = try NodeGraphFile.read(url) } == "small.safetensors: " + expected)
  }

  @Test("a missing and a truncated graph file are named")
  func files() throws {
    let folder = try TemporaryFolder()
    let url = try smallGraphFile(folder)
    try Data(contentsOf: url).dropLast(3).write(to: url)
    #expect(
      folder.complaint { _ = try NodeGraphFile.read(url) }?.hasPrefix("small.safetensors: array") == true)
    let missing = folder.url.appendingPathComponent("none.safetensors")
    #expect(
      folder.complaint { _ = try NodeGraphFile.read(missing) }
        == "none.safetensors: cannot open: No such file or directory")
  }
}

private func floats(_ shape: [Int], _ count: Int) -> StoredArray {
  StoredArray(shape: shape, floats: (0..<count).map { Float($0) })
}

private func integers(_ shape: [Int], _ values: [Int]) -> StoredArray {
  StoredArray(shape: shape, integers: values)
}
