import Datasets
import Foundation
import Testing

struct GraphFoldTests {
  private func folds(_ files: [String: String]) throws -> (folder: TemporaryFolder, complaint: String?) {
    let folder = try smallSet()
    for (path, text) in files { try folder.write(path, text) }
    return (folder, folder.complaint { _ = try TUFolder.read(folder.url) })
  }

  @Test(
    "folds that cannot be read right are refused in one line",
    arguments: [
      (["folds/test_idx-1.txt": "0\n3\n"], "folds/test_idx-1.txt: line 2: graph 3, expected 0 to 2"),
      (
        ["folds/test_idx-1.txt": "0\n", "folds/test_idx-2.txt": "1\n0\n"],
        "folds/test_idx-2.txt: line 2: graph 0, expected once, was in test_idx-1.txt"
      ),
      (
        ["folds/test_idx-1.txt": "0\n0\n"],
        "folds/test_idx-1.txt: line 2: graph 0, expected once, was in test_idx-1.txt"
      ),
      (["folds/test_idx-1.txt": "\n"], "folds/test_idx-1.txt: no graphs, expected at least one"),
      (
        ["folds/test_idx-1.txt": "0.5\n"],
        "folds/test_idx-1.txt: line 1: \"0.5\", expected the number of a graph"
      ),
      (
        ["folds/test_idx-1.txt": "0\n", "folds/test_idx-3.txt": "1\n"],
        "folds/test_idx-2.txt: missing, expected a file: test_idx-3.txt is there"
      ),
      (
        ["folds/test_idx-2.txt": "0\n", "folds/test_idx-3.txt": "1\n"],
        "folds/test_idx-1.txt: missing, expected a file: test_idx-3.txt is there"
      ),
      (
        ["10fold_idx/test_idx-0.txt": "0\n", "10fold_idx/test_idx-2.txt": "1\n"],
        "10fold_idx/test_idx-1.txt: missing, expected a file: test_idx-2.txt is there"
      ),
      (
        ["10fold_idx/test_idx-1.txt": "0\n", "10fold_idx/train_idx-2.txt": "1\n"],
        "10fold_idx/test_idx-2.txt: missing, expected a file: train_idx-2.txt is there"
      ),
      (
        ["10fold_idx/test_idx-1.txt": "0\n", "10fold_idx/train_idx-1.txt": "1\n0\n"],
        "10fold_idx/train_idx-1.txt: line 2: graph 0, expected none of test_idx-1.txt"
      ),
      (
        ["10fold_idx/test_idx-1.txt": "0\n", "10fold_idx/train_idx-1.txt": "1\n"],
        "10fold_idx/train_idx-1.txt: 1 graphs, expected all 2 outside test_idx-1.txt"
      ),
    ] as [([String: String], String)])
  func refused(files: [String: String], expected: String) throws {
    #expect(try folds(files).complaint == expected)
  }

  @Test(
    "folds are read from folds, or else from 10fold_idx, numbered from 1 or from 0, in the order of their numbers",
    arguments: [("folds", 1), ("folds", 0), ("10fold_idx", 1), ("10fold_idx", 0)])
  func numbering(name: String, first: Int) throws {
    let folder = try smallSet()
    for (index, graph) in [2, 0, 1].enumerated() {
      try folder.write("\(name)/test_idx-\(first + index).txt", "\(graph)\n")
      let rest = (0..<3).filter { $0 != graph }.map { "\($0)\n" }.joined()
      if name != "folds" { try folder.write("\(name)/train_idx-\(first + index).txt", rest) }
    }
    let (graphs, report) = try TUFolder.read(folder.url)
    #expect(graphs.testParts == [[2], [0], [1]])
    #expect(report.folds == "test parts of 3 folds from \(name)" && report.ignoredFiles.isEmpty)
  }

  @Test("ten folds and more stand in the order of their numbers, not of their names")
  func manyFolds() throws {
    let folder = try TemporaryFolder()
    try folder.write("X_A.txt", (0..<12).map { "\(2 * $0 + 1), \(2 * $0 + 2)\n" }.joined())
    try folder.write("X_graph_indicator.txt", (0..<24).map { "\($0 / 2 + 1)\n" }.joined())
    try folder.write("X_graph_labels.txt", (0..<12).map { "\($0 % 2)\n" }.joined())
    for fold in 1...12 { try folder.write("folds/test_idx-\(fold).txt", "\(12 - fold)\n") }
    #expect(try TUFolder.read(folder.url).graphs.testParts == (0..<12).map { [11 - $0] })
  }

  @Test("a second folder of folds, and files of another kind beside folds, are said to be passed over")
  func passedOver() throws {
    let (folder, _) = try folds([
      "folds/test_idx-1.txt": "0\n1\n", "folds/fold_idx-1.txt": "0\n", "10fold_idx/test_idx-1.txt": "2\n",
    ])
    let (graphs, report) = try TUFolder.read(folder.url)
    #expect(graphs.testParts == [[0, 1]])
    #expect(
      "\(report)".hasSuffix(
        "; test part of 1 fold from folds (1 graph in none of them); ignored: 10fold_idx, folds/fold_idx-1.txt"
      ))
    let (other, _) = try folds(["folds/fold-1.txt": "0\n"])
    let empty = try TUFolder.read(other.url)
    #expect(empty.graphs.testParts.isEmpty && empty.report.ignoredFiles == ["folds"])
  }
}
