public import Foundation
import Foundations
import Tensors

/// A folder with a data set of the TU Dortmund collection, as text files that start with the name DS of the set.
///
/// `DS_A.txt` (an edge a line, nodes from 1 over all graphs), `DS_graph_indicator.txt` (the graph of each node, from
/// 1), `DS_graph_labels.txt`; where they are there `DS_node_labels.txt` (one or several columns) and
/// `DS_node_attributes.txt`, and `folds/test_idx-1.txt` and so on with the test parts of a published cross-validation. Whatever else lies
/// there, such as edge labels, edge attributes and graph attributes, is not used; the report says so.
/// Source: Morris et al., "TUDataset", 2020.
public enum TUFolder {
  /// The largest degree that has a feature of its own where nodes have neither labels nor attributes.
  public static let defaultDegreeCap = 64
  /// The largest number of distinct node labels, over all columns: each becomes a feature.
  static let largestNodeLabelCount = 4_096

  /// Reads the set in `folder`; its edges get both directions, each once.
  ///
  /// Class and node label codes become numbers from 0 in the order of the codes. The features of a node are its
  /// labels, one-hot for each column side by side, followed by its attributes. In a set that has neither they are its degree, one-hot, where
  /// all degrees of `degreeCap` and above share the last feature.
  ///
  /// - Throws: ``DataFileError`` of one line that names the file and the line: missing or truncated files, text that
  ///   is no number, nodes or graphs out of range, edges between two graphs, none but self loops, or one class.
  public static func read(
    _ folder: URL, degreeCap: Int = defaultDegreeCap, selfLoops: SelfLoops = .dropped
  ) throws -> (graphs: GraphCollection, report: GraphReadingReport) {
    require(degreeCap > 0, "degree cap \(degreeCap), expected 1 or more")
    let files = try TUFiles(folder: folder)
    let nodeStarts = try files.nodeStarts()
    let classes = try files.classes(graphCount: nodeStarts.count - 1)
    let nodeCount = nodeStarts[nodeStarts.count - 1]
    let edges = try files.edges(nodeStarts: nodeStarts)
    let folds = try files.folds(graphCount: classes.numbers.count)
    let nodeLabels = try files.nodeLabels(nodeCount: nodeCount)
    let attributes = try files.nodeAttributes(nodeCount: nodeCount)
    let pairs = SymmetricNeighbours(
      nodeCount: nodeCount, from: edges.from, to: edges.to, selfLoops: selfLoops)
    let features = NodeFeatures(
      labels: nodeLabels, attributes: attributes, neighbours: pairs.neighbours, degreeCap: degreeCap)
    let graphs = GraphCollection(
      name: files.name, source: "TU Dortmund files in \(folder.lastPathComponent)", features: features.values,
      featureDescription: features.description, neighbours: pairs.neighbours, nodeStarts: nodeStarts,
      labels: classes.numbers, classNames: classes.codes.map(String.init), nodeLabels: nodeLabels?.kinds,
      testParts: folds.testParts)
    let report = GraphReadingReport(
      name: files.name, graphCount: graphs.count, pairsRead: edges.from.count, neighbours: pairs,
      selfLoops: selfLoops, folds: folds.description, ignoredFiles: files.ignored(besides: folds))
    return (graphs, report)
  }
}
