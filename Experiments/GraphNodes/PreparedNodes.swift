import EnergyTransformer
import Foundation

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
      (graph, report) = (
        AttributedCommunityGraph(configuration, using: RandomStream(seed: 1)).graph, nil
      )
    }
    let name = path ?? "generated graph"
    guard graph.classCount == 2 else {
      throw DataFileError(
        file: name,
        problem: "node_labels: \(graph.classCount) classes, expected 2: 0 normal and 1 an anomaly")
    }
    isAnomaly = graph.labels.map { $0 == 1 }
    let plain = try FeatureStandardizer(measuring: graph.features, named: name)
    let deviations = plain.deviation.filter { $0 > 0 }
    let ratio = (deviations.max() ?? 1) / (deviations.min() ?? 1)
    scale = ratio > Self.largestRatio ? .signedLogarithm : .linear
    features = try FeatureStandardizer(measuring: graph.features, scale: scale, named: name)
      .standardized(graph.features)
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
}

/// The splits of the nodes, the same for every model.
struct NodeSplits {
  /// Parts to learn from, in the order given.
  let fractions: [Double]
  /// The splits for each part.
  let splits: [[StratifiedSplit]]
  /// Splits of the nodes set aside for tuning, which are in none of `splits`; none where nothing is tuned.
  let tuning: [StratifiedSplit]
  /// How many nodes were set aside, and how many anomalies among them.
  let setAside: (nodes: Int, anomalies: Int)

  /// With fewer anomalies than this among the nodes set aside, trials would tell nothing, and no node is set aside.
  static let leastAnomalies = 6

  var count: Int { splits.reduce(0) { $0 + $1.count } }
  /// The place of the largest part.
  var largest: Int { fractions.indices.max { fractions[$0] < fractions[$1] } ?? 0 }

  init(of nodes: PreparedNodes, _ options: DataOptions, tunes: Bool, seed: UInt64) throws {
    fractions = options.trainFraction
    let root = RandomStream(seed: seed).child(1)
    let parted = tunes ? try Self.partedNodes(nodes, options) : nil
    setAside = (parted?.aside.count ?? 0, parted?.aside.count { nodes.isAnomaly[$0] } ?? 0)
    tuning =
      try parted.map { parted in
        try (0..<options.tuningSplits).map { index in
          try Self.split(
            nodes, 0.5, among: parted.aside, of: "the nodes set aside",
            using: Self.asideStream.child(UInt64(index)))
        }
      } ?? []
    splits = try options.trainFraction.map { fraction in
      try (0..<options.splits).map { index in
        let stream = root.child(UInt64(fraction * 1e6)).child(UInt64(index))
        return try Self.split(
          nodes, fraction, among: parted?.scoring, of: "--train-fraction \(fraction)", using: stream)
      }
    }
  }

  /// The nodes set aside are the same for every seed, so that no run tunes on nodes that score in another.
  private static let asideStream = RandomStream(seed: 0).child(7)

  /// The nodes set aside and the others; nil where too few anomalies would be set aside.
  private static func partedNodes(
    _ nodes: PreparedNodes, _ options: DataOptions
  ) throws -> (aside: [Int], scoring: [Int])? {
    let fraction = options.tuningFraction
    guard fraction > 0, Int((fraction * Double(nodes.anomalyCount)).rounded()) >= leastAnomalies,
      let parts = try? StratifiedSplit(
        labels: nodes.graph.labels, trainingFraction: fraction, validationFraction: 0, using: asideStream)
    else { return nil }
    return (parts.training, parts.test)
  }

  private static func split(
    _ nodes: PreparedNodes, _ fraction: Double, among candidates: [Int]?, of part: String,
    using stream: RandomStream
  ) throws -> StratifiedSplit {
    let name = nodes.path ?? "generated graph"
    do {
      let split = try StratifiedSplit(
        labels: nodes.graph.labels, trainingFraction: fraction, among: candidates, using: stream)
      for (use, members) in [
        ("learn from", split.training), ("choose by", split.validation), ("test on", split.test),
      ] {
        for label in 0..<2 where !members.contains(where: { nodes.graph.labels[$0] == label }) {
          throw DataFileError(
            file: name,
            problem: "node_labels: \(part) leaves no node of class \(label) to \(use)")
        }
      }
      return split
    } catch let error as SplitError {
      throw DataFileError(
        file: name, problem: "node_labels: \(part): \(error.description)")
    }
  }
}
