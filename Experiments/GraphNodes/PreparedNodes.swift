import EnergyTransformer
import Foundation
import Reporting

/// A graph whose nodes are normal or anomalous, with features ready for models.
struct PreparedNodes {
  let graph: NodeGraph
  /// What reading found and dropped; nil for the generated graph.
  let report: GraphReadingReport?
  /// The features standardised by columns over all nodes, [nodes, features].
  let features: Tensor<Float>
  /// How features were scaled before.
  let scale: FeatureStandardizer.Scale
  let positions: LaplacianPositions<Float>?
  let isAnomaly: [Bool]
  let path: String?

  /// Features whose columns' deviations differ by more than this are brought together by a signed logarithm.
  static let largestRatio = 100.0

  init(_ options: DataOptions, isSmall: Bool) throws {
    path = options.data
    if let path {
      let read = try NodeGraphFile.read(URL(fileURLWithPath: path))
      (graph, report) = (read.graph, read.report)
    } else {
      var configuration = AttributedCommunityGraphConfiguration()
      if isSmall { configuration.nodeCount = 400 }
      // One graph for all seeds, as a file is.
      (graph, report) = (AttributedCommunityGraph(configuration, random: RandomStream(seed: 1)).graph, nil)
    }
    let name = path ?? "generated graph"
    guard graph.classCount == 2 else {
      throw DataFileError(
        file: name,
        problem: "node_labels: \(graph.classCount) classes, expected 2: 0 normal and 1 an anomaly")
    }
    isAnomaly = graph.labels.map { $0 == 1 }
    let standardizer = try FeatureStandardizer(
      measuring: graph.features, logarithmicBeyond: Self.largestRatio, named: name)
    (scale, features) = (standardizer.scale, standardizer.standardized(graph.features))
    positions =
      options.positions > 0
      ? try LaplacianPositions(of: graph.neighbours, count: options.positions) : nil
  }

  var anomalyCount: Int { isAnomaly.count { $0 } }

  /// The nodes in this list with whether each is an anomaly.
  func scores(_ all: [Double], of nodes: [Int]) throws -> BinaryScores {
    try BinaryScores(nodes.map { all[$0] }, isPositive: nodes.map { isAnomaly[$0] })
  }

  /// The area under the ROC curve of scores of all nodes.
  func areaUnderROC(_ scores: [Double]) throws -> Double {
    try BinaryScores(scores, isPositive: isAnomaly).areaUnderROC
  }

  func fingerprint() throws -> DataFingerprint {
    if let path { return try DataFingerprint(name: graph.name, path: path, count: graph.nodeCount) }
    let features = graph.features.withElements { Array(UnsafeRawBufferPointer($0)) }
    let edges = graph.neighbours.columns.withUnsafeBytes { Array($0) }
    return DataFingerprint(
      name: graph.source, path: DataFingerprint.embeddedPath, count: graph.nodeCount,
      hashing: features + edges + graph.labels.map { UInt8($0) })
  }

  /// With fewer anomalies than this among the nodes set aside, trials would tell nothing, and no node is set aside.
  static let leastAnomalies = 6

  /// The splits of the nodes, the same for every model.
  ///
  /// - Throws: `DataFileError` where a part leaves no node of a class for one of its uses.
  func splits(_ options: DataOptions, tunes: Bool, seed: UInt64) throws -> NodeSplits {
    do {
      return try NodeSplits(
        labels: graph.labels, fractions: options.trainingShare, count: options.splits,
        tuning: tunes
          ? NodeSplits.Tuning(
            fraction: options.tuningShare, count: options.tuningSplits,
            minimumPerClass: Self.leastAnomalies)
          : nil, random: RandomStream(seed: seed).child(1))
    } catch let error as SplitError {
      throw DataFileError(file: path ?? "generated graph", problem: "node_labels: \(error.description)")
    }
  }
}
