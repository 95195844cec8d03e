import Foundation
import Foundations

/// A training of a run, found by its file of metrics, which may still grow.
package struct TrainingRun: Equatable, Sendable {
  /// What it is called where paths are nobody's concern; the same as long as the file lies where it lies.
  package let id: String
  /// The folder, and the training where the folder has several: "Results/implicit-gradients, truncated".
  package let name: String
  /// The folder of the run.
  package let folder: String
  /// The name of the file of metrics in it.
  package let metrics: String

  /// How a training stands.
  package enum State: String, Codable, Sendable {
    /// Its program still works, or the file has only just grown.
    case running
    /// The record of the run was written after the last row.
    case finished
    /// Neither: it was interrupted.
    case stopped
  }

  // A file system may have no locks, and a program may not mark its folder; a row that young speaks for itself.
  private static let recent = 10.0
  private static let mostRuns = 500
  private static let depth = 4

  /// The trainings in some folders and the folders in them, four levels deep, sorted by name; folders that are missing have
  /// none. Symbolic links are not followed.
  ///
  /// Their files are `metrics.csv`, or `metrics-NAME.csv` where a run has several trainings.
  package static func found(in folders: [String]) -> [TrainingRun] {
    var runs: [String: TrainingRun] = [:]
    for folder in folders { add(folder, depth, to: &runs) }
    return Array(
      runs.values.sorted { $0.name.compare($1.name, options: .numeric) == .orderedAscending }.prefix(mostRuns)
    )
  }

  private static func add(_ folder: String, _ depth: Int, to runs: inout [String: TrainingRun]) {
    let files = FileManager.default
    for name in (try? files.contentsOfDirectory(atPath: folder)) ?? [] where !name.hasPrefix(".") {
      let path = "\(folder)/\(name)"
      switch try? files.attributesOfItem(atPath: path)[.type] as? FileAttributeType {
      case .typeDirectory where depth > 0: add(path, depth - 1, to: &runs)
      case .typeRegular:
        let run = TrainingRun(folder: folder, metrics: name)
        if let run { runs[run.id] = run }
      default: break
      }
    }
  }

  /// Nil for a file of another name.
  private init?(folder: String, metrics: String) {
    guard metrics.hasPrefix("metrics"), metrics.hasSuffix(".csv") else { return nil }
    let middle = metrics.dropFirst("metrics".count).dropLast(".csv".count)
    guard middle.isEmpty || middle.hasPrefix("-") else { return nil }
    let training = replacing("_", with: " ", in: String(middle.dropFirst()))
    name = training.isEmpty ? folder : "\(folder), \(training)"
    (self.folder, self.metrics) = (folder, metrics)
    let whole = URL(fileURLWithPath: "\(folder)/\(metrics)").standardizedFileURL.path
    let digest = SHA256Digest()
    Array(whole.utf8).withUnsafeBytes { digest.append($0) }
    id = String(digest.hexadecimal().prefix(16))
  }

  /// How the training stands.
  package var state: State {
    guard let row = Self.modified(path) else { return .stopped }
    if let record = Self.modified("\(folder)/\(RunRecord.fileName)"), record >= row { return .finished }
    let isRecent = abs(row.timeIntervalSinceNow) < Self.recent
    return FolderUse.isMarked(folder) || isRecent ? .running : .stopped
  }

  /// What the training shows of itself while it runs; nil where it shows nothing.
  ///
  /// - Throws: `ReportingError` for a damaged file.
  package func live() throws -> LiveRecord? {
    guard let record = try LiveRecord.read(fromFolder: folder), record.metrics == metrics else { return nil }
    return record
  }

  var path: String { "\(folder)/\(metrics)" }

  private static func modified(_ path: String) -> Date? {
    try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
  }
}
