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
    do {
      let all = try CrossValidation(
        of: found, foldCount: options.folds, validationFraction: options.validationShare,
        random: RandomStream(seed: seed).child(1)
      ).folds
      folds = Array(all.prefix(options.firstFolds ?? all.count))
    } catch let error as SplitError {
      throw DataFileError(
        file: options.data ?? found.name,
        problem: "graph_labels: \(error.description(classNames: found.classNames))")
    }
    if let empty = folds.firstIndex(where: { $0.validation.isEmpty || $0.test.isEmpty }) {
      throw DataFileError(
        file: options.data ?? found.name,
        problem:
          "fold \(empty + 1): no graphs to choose by (--validation-share \(options.validationShare)) or to test on,"
          + " expected at least one for each")
    }
  }

  /// What identifies the data in the record of a run.
  func fingerprints() throws -> [DataFingerprint] {
    guard let source else {
      return [
        DataFingerprint(
          name: "neighbours of generated graphs", path: "generated", count: collection.count,
          hashing: collection.neighbours.columns.withUnsafeBytes { Array($0) })
      ]
    }
    return try ["A", "graph_indicator", "graph_labels", "node_labels", "node_attributes"].compactMap { part in
      let path = "\(source)/\(collection.name)_\(part).txt"
      guard FileManager.default.fileExists(atPath: path) else { return nil }
      return try DataFingerprint(name: "\(collection.name)_\(part).txt", path: path, count: collection.count)
    }
  }
}
