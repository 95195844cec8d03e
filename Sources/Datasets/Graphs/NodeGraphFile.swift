import ArrayFiles
public import Foundation
import Tensors

/// One attributed graph in a safetensors file.
///
/// Arrays: `node_features` [nodes, features] of floats, `edge_index` [2, edges] of integers (row 0 from, row 1 to,
/// nodes from 0), `node_labels` [nodes] of integers from 0 without a gap; where known `outlier_kind` [nodes] of the
/// raw values of ``OutlierKind``. Text entries `name` and `source` are taken over. `Scripts/convert-graphs.py` writes
/// such files from published `.mat` and `.pt` files.
public enum NodeGraphFile {
  /// Reads a graph; its edges get both directions, each once.
  ///
  /// - Throws: ``DataFileError``, `FileFormatError` or `FileAccessError` of one line that names the file, the array
  ///   and the position: wrong shapes, indices out of range, features that are not finite, no edges, or one class.
  public static func read(
    _ url: URL, selfLoops: SelfLoops = .dropped
  ) throws -> (graph: NodeGraph, report: GraphReadingReport) {
    let file = try SafetensorsFile.read(path: url.path)
    let name = file.metadata["name"] ?? url.deletingPathExtension().lastPathComponent
    let features = try features(file)
    let labels = try labels(file, nodeCount: features.shape[0])
    let kinds = try outlierKinds(file, nodeCount: features.shape[0])
    let (from, to) = try edges(file, nodeCount: features.shape[0])
    let pairs = SymmetricNeighbours(
      nodeCount: features.shape[0], from: from, to: to, selfLoops: selfLoops)
    guard pairs.selfLoops < from.count else {
      throw DataFileError(
        file: url.path, problem: "edge_index: self loops only, expected edges between nodes")
    }
    let report = GraphReadingReport(
      name: name, graphCount: 1, pairsRead: from.count, neighbours: pairs, selfLoops: selfLoops)
    let graph = NodeGraph(
      name: name, source: file.metadata["source"] ?? "graph file \(url.lastPathComponent)",
      features: features,
      neighbours: pairs.neighbours, labels: labels, outlierKinds: kinds)
    return (graph, report)
  }

  /// Writes a graph as such a file; reading it gives the same graph.
  ///
  /// - Throws: `FileAccessError` when the file cannot be written.
  public static func write(_ graph: NodeGraph, to url: URL) throws {
    let pairs = graph.neighbours
    let edges = pairs.rows.map { Int($0) } + pairs.columns.map { Int($0) }
    var arrays: [(name: String, array: StoredArray)] = [
      ("node_features", StoredArray(graph.features)),
      ("edge_index", StoredArray(shape: [2, pairs.pairCount], integers: edges)),
      ("node_labels", StoredArray(shape: [graph.nodeCount], integers: graph.labels)),
    ]
    if let kinds = graph.outlierKinds {
      arrays.append(
        ("outlier_kind", StoredArray(shape: [graph.nodeCount], integers: kinds.map(\.rawValue))))
    }
    try SafetensorsFile.write(
      path: url.path, arrays: arrays, metadata: ["name": graph.name, "source": graph.source])
  }

  private static func features(_ file: SafetensorsFile) throws -> Tensor<Float> {
    let array = try file.array(named: "node_features")
    guard array.shape.count == 2, array.shape[0] > 0, array.shape[1] > 0, array.elementType.isFloatingPoint
    else {
      throw DataFileError(
        file: file.path,
        problem: "node_features: \(array.elementType) of shape \(array.shape), expected floats of shape"
          + " [nodes, features]")
    }
    guard array.shape[0] < Int32.max else {
      throw DataFileError(
        file: file.path, problem: "node_features: \(array.shape[0]) nodes, expected fewer than \(Int32.max)")
    }
    let features = try Tensor<Float>(array)
    if !features.isFinite, let index = features.elements.firstIndex(where: { !$0.isFinite }) {
      let (node, feature) = index.quotientAndRemainder(dividingBy: array.shape[1])
      throw DataFileError(
        file: file.path,
        problem:
          "node_features: \(features.elements[index]) at [\(node), \(feature)], expected finite numbers")
    }
    return features
  }

  private static func labels(_ file: SafetensorsFile, nodeCount: Int) throws -> [Int] {
    let labels = try integers(file, "node_labels", nodeCount: nodeCount)
    if let node = labels.firstIndex(where: { $0 < 0 || $0 >= nodeCount }) {
      throw DataFileError(
        file: file.path, problem: "node_labels: \(labels[node]) of node \(node), expected classes from 0")
    }
    let classes = Set(labels)
    guard classes.count > 1 else {
      throw DataFileError(
        file: file.path, problem: "node_labels: class \(labels[0]) only, expected at least two classes")
    }
    if let gap = (0..<(classes.max() ?? 0)).first(where: { !classes.contains($0) }) {
      throw DataFileError(
        file: file.path,
        problem: "node_labels: no node of class \(gap), expected every class from 0 to \(classes.max() ?? 0)")
    }
    return labels
  }

  private static func outlierKinds(_ file: SafetensorsFile, nodeCount: Int) throws -> [OutlierKind]? {
    guard file.arrays["outlier_kind"] != nil else { return nil }
    return try integers(file, "outlier_kind", nodeCount: nodeCount).enumerated().map { node, code in
      guard let kind = OutlierKind(rawValue: code) else {
        throw DataFileError(
          file: file.path, problem: "outlier_kind: \(code) of node \(node), expected 0 to 3")
      }
      return kind
    }
  }

  private static func integers(_ file: SafetensorsFile, _ name: String, nodeCount: Int) throws -> [Int] {
    let array = try file.array(named: name)
    guard array.shape == [nodeCount] else {
      throw DataFileError(
        file: file.path,
        problem: "\(name): shape \(array.shape), expected [\(nodeCount)], one for each row of node_features")
    }
    return try array.integers()
  }

  private static func edges(_ file: SafetensorsFile, nodeCount: Int) throws -> (from: [Int32], to: [Int32]) {
    let array = try file.array(named: "edge_index")
    guard array.shape.count == 2, array.shape[0] == 2 else {
      throw DataFileError(
        file: file.path, problem: "edge_index: shape \(array.shape), expected [2, edges]")
    }
    let count = array.shape[1]
    guard count > 0, count < Int32.max else {
      throw DataFileError(
        file: file.path,
        problem: count == 0 ? "edge_index: no edges, expected at least one" : "edge_index: \(count) edges")
    }
    let nodes = try array.integers()
    if let index = nodes.firstIndex(where: { $0 < 0 || $0 >= nodeCount }) {
      throw DataFileError(
        file: file.path,
        problem: "edge_index: node \(nodes[index]) at [\(index / count), \(index % count)], expected"
          + " 0 to \(nodeCount - 1)")
    }
    return (nodes[..<count].map { Int32($0) }, nodes[count...].map { Int32($0) })
  }
}
