import ArrayFiles
import Datasets
import Foundation
import Tensors

extension TemporaryFolder {
  @discardableResult
  func write(_ path: String, _ text: String) throws -> URL { try write(path, Array(text.utf8)) }

  /// The message of an error in a file of this folder, without the folder's path.
  func complaint(_ body: () throws -> Void) -> String? {
    message(body)?.replacingOccurrences(of: url.path + "/", with: "")
  }
}

/// Three graphs of 3, 1 and 4 nodes: a path, an isolated node, and a star with one edge given twice, one in one
/// direction only and a self loop.
func smallSet(_ changes: [String: String?] = [:]) throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  var files: [String: String?] = [
    "A": "1, 2\n2, 1\n2, 3\n3, 2\n5, 6\n6, 5\n5, 7\n7, 5\n5,7\n8, 5\n6, 6\n",
    "graph_indicator": "1\n1\n1\n2\n3\n3\n3\n3\n",
    "graph_labels": "1\n-1\n1\n",
    "node_labels": "6\n0\n6\n3\n0\n0\n3\n6\n",
  ]
  files.merge(changes) { $1 }
  for case (let part, .some(let text)) in files { try folder.write("SET_\(part).txt", text) }
  return folder
}

/// A graph file of 4 nodes and 2 features; arrays replace or, if nil, remove those of the same name.
func smallGraphFile(_ folder: TemporaryFolder, _ changes: [String: StoredArray?] = [:]) throws -> URL {
  var arrays: [String: StoredArray?] = [
    "node_features": StoredArray(shape: [4, 2], floats: [0.5, -1, 2, 3, 4.25, 5, 6, 7]),
    "edge_index": StoredArray(shape: [2, 6], integers: [0, 1, 2, 3, 2, 0, 1, 0, 3, 3, 3, 2]),
    "node_labels": StoredArray(shape: [4], integers: [0, 1, 0, 1]),
  ]
  arrays.merge(changes) { $1 }
  let url = folder.url.appendingPathComponent("small.safetensors")
  try SafetensorsFile.write(
    path: url.path, arrays: arrays.compactMap { name, array in array.map { (name, $0) } },
    metadata: ["name": "four", "source": "by hand"])
  return url
}

/// The columns of every row.
func lists(_ rows: CompressedSparseRows) -> [[Int32]] {
  (0..<rows.rowCount).map { Array(rows.columns(of: $0)) }
}

/// Pairs of a row and a column, as a set.
func pairSet(_ rows: CompressedSparseRows) -> Set<[Int32]> {
  Set(zip(rows.rows, rows.columns).map { [$0, $1] })
}
