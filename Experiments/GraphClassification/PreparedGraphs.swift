import EnergyTransformer
import Foundation
import Reporting

/// The graphs of the experiment with the features, positions and folds that all models share.
struct PreparedGraphs: Sendable {
  /// The folder of the set; nil for the generated collection.
  let source: String?
  /// The graphs; degrees stand behind the features that the set has.
  let collection: GraphCollection
  /// What reading the set added and dropped.
  let reading: String
  /// Entries of the first eigenvectors of each graph's Laplacian, [nodes, positions].
  let positions: Tensor<Float>
  /// The folds, and whether their test parts came with the set.
  let folds: [StratifiedSplit], hasPublishedFolds: Bool

  init(_ options: DataOptions, positionCount: Int, seed: UInt64) throws {
    source = options.data
    let found: GraphCollection
    if let path = options.data {
      let read = try TUFolder.read(URL(fileURLWithPath: path))
      (found, reading) = (read.graphs, read.report.description)
    } else {
      found = CommunityGraphs.collection(count: options.generatedGraphs)
      reading = "\(found.source), \(found.count) of them"
    }
    collection =
      options.degrees > 0 && found.hasOwnFeatures ? found.withDegrees(upTo: options.degrees) : found
    if positionCount > 0 {
      positions = try LaplacianPositions<Float>(
        of: collection.neighbours, count: positionCount, nodeRanges: collection.nodeRanges
      ).vectors
    } else {
      positions = .zeros([collection.nodeCount, 0])
    }
    hasPublishedFolds = !found.testParts.isEmpty && options.folds == nil
    folds = try Self.folds(options, found, isPublished: hasPublishedFolds, seed: seed)
  }

  private static func folds(
    _ options: DataOptions, _ graphs: GraphCollection, isPublished: Bool, seed: UInt64
  ) throws -> [StratifiedSplit] {
    let random = RandomStream(seed: seed).child(1)
    do {
      let all =
        isPublished
        ? try CrossValidation(
          testParts: graphs.testParts, labels: graphs.labels, validationFraction: options.validation,
          random: random)
        : try CrossValidation(
          labels: graphs.labels, foldCount: options.folds ?? 10, validationFraction: options.validation,
          random: random)
      let folds = all.folds.prefix(options.firstFolds ?? all.folds.count)
      if let empty = folds.firstIndex(where: { $0.validation.isEmpty || $0.test.isEmpty }) {
        throw DataFileError(
          file: options.data ?? graphs.name,
          problem:
            "fold \(empty + 1): no graphs to choose by (--validation \(options.validation)) or to test on,"
            + " expected at least one for each")
      }
      return Array(folds)
    } catch let error as SplitError {
      throw DataFileError(
        file: options.data ?? graphs.name,
        problem: "graph_labels: \(error.description(classNames: graphs.classNames))")
    }
  }

  /// The share of some graphs whose class was predicted.
  func accuracy(of predictions: [Int], on indices: [Int]) -> Double {
    let hits = zip(predictions, indices).count { $0 == collection.labels[$1] }
    return Double(hits) / Double(max(1, indices.count))
  }

  /// What identifies the data in the record of a run.
  func fingerprints() throws -> [DataFingerprint] {
    guard let source else {
      let bytes = collection.neighbours.columns.flatMap { column in
        (0..<4).map { UInt8(truncatingIfNeeded: column >> (8 * $0)) }
      }
      return [
        DataFingerprint(
          name: "neighbours of generated graphs", path: "generated", count: collection.count, hashing: bytes)
      ]
    }
    return try ["A", "graph_indicator", "graph_labels", "node_labels", "node_attributes"].compactMap { part in
      let path = "\(source)/\(collection.name)_\(part).txt"
      guard FileManager.default.fileExists(atPath: path) else { return nil }
      return try DataFingerprint(name: "\(collection.name)_\(part).txt", path: path, count: collection.count)
    }
  }
}
