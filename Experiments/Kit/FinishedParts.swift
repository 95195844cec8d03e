import EnergyTransformer
import Foundation
import Reporting

/// What the finished parts of a run came to, by their names: `parts.json` in its folder, written anew after each of them, so that
/// an interrupted run goes on with the parts that are missing.
///
/// Parts may be finished side by side.
package final class FinishedParts<Part: Codable & Sendable>: Sendable {
  private struct Record: JSONRecord, Sendable {
    static var fileName: String { "parts.json" }
    /// The options that determine what the parts come to.
    let options: [String: String]
    var parts: [String: Part] = [:]
  }

  /// The options alone, which the file of an older program has too.
  private struct Options: JSONRecord {
    static var fileName: String { Record.fileName }
    let options: [String: String]
  }

  private let folder: String
  private let record: Guarded<Record>

  /// The parts of a run that begins, or of one that goes on with those of an interrupted run of the same options.
  ///
  /// - Parameter options: What the parts depend on.
  /// - Throws: An error of one line that names the file, for parts of other options or a damaged file.
  package init(inFolder folder: String, options: [String: String], isResuming: Bool) throws {
    self.folder = folder
    let path = "\(folder)/\(Record.fileName)"
    var found: Record?
    if isResuming {
      if let difference = try Options.read(fromFolder: folder).flatMap({
        RunIdentity.difference(of: $0.options, from: options)
      }) {
        throw ExperimentError("\(path): \(difference)")
      }
      found = try Record.read(fromFolder: folder)
      remark(
        found.map { "\(path): going on after \($0.parts.count) finished parts" }
          ?? "\(path): no finished parts yet, so the run begins at the beginning")
    } else {
      try? FileManager.default.removeItem(atPath: path)
    }
    record = Guarded(found ?? Record(options: options))
  }

  /// The part of a name, done now unless it is finished.
  package func part(_ name: String, _ work: () throws -> Part) throws -> Part {
    if let finished = self[name] { return finished }
    let found = try work()
    try record.withLock { record in
      record.parts[name] = found
      try record.write(toFolder: folder)
    }
    return found
  }

  /// The part of a name; nil where it is not finished.
  package subscript(name: String) -> Part? { record.withLock { $0.parts[name] } }

  /// Does the work of a run whose parts these are: on Ctrl-C and SIGTERM it ends at once, saying how to go on.
  package func stoppable<Result>(_ work: () throws -> Result) rethrows -> Result {
    try StopSignal.ending(
      with: "stopped: finished parts are in \(folder)/\(Record.fileName), go on with --resume", work)
  }
}
