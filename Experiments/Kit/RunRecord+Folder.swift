import Foundation
package import Reporting

extension RunRecord {
  /// Makes the output folder of this run ready, unless it holds another run.
  ///
  /// A run of the same options, seed and data may be replaced, and so may a quick one, whose figures mean nothing. A quick run
  /// replaces no full one, whatever is asked for.
  ///
  /// - Parameters:
  ///   - isResuming: Whether this run goes on with what lies in the folder; that checks for itself what fits.
  ///   - unimportant: Options in which the runs may differ.
  /// - Throws: ``ExperimentError`` naming the folder and what differs; `ReportingError` where the folder cannot be written to.
  package func prepareFolder(
    _ path: String, _ writing: WritingOptions, isResuming: Bool = false, butFor unimportant: Set<String> = []
  ) throws {
    if FileManager.default.fileExists(atPath: "\(path)/\(Self.fileName)") {
      try checkReplacing(path, writing, isResuming: isResuming, butFor: unimportant)
    }
    try OutputFolder.prepare(path)
  }

  private var isQuick: Bool { options["quick"] == "true" }

  private func checkReplacing(
    _ path: String, _ writing: WritingOptions, isResuming: Bool, butFor unimportant: Set<String>
  ) throws {
    let found = Result { try RunRecord.read(from: "\(path)/\(Self.fileName)") }
    if isQuick {
      if case .success(let other) = found, other.isQuick { return }
      throw ExperimentError("\(path): holds a full run, which --quick does not replace; choose another --output")
    }
    if writing.overwrite || isResuming { return }
    let other: RunRecord
    do {
      other = try found.get()
    } catch {
      throw ExperimentError("\(error); --overwrite replaces it")
    }
    guard !other.isQuick, let difference = difference(from: other, butFor: unimportant) else { return }
    throw ExperimentError(
      "\(path): holds another run, \(difference); --overwrite replaces it, another --output keeps it")
  }

  /// What the other run was made with that this one is not.
  private func difference(from other: RunRecord, butFor unimportant: Set<String>) -> String? {
    if experiment != other.experiment { return "made by \(other.experiment)" }
    let options = options.filter { $0.key != "threads" && !unimportant.contains($0.key) }
    if let difference = RunIdentity.difference(of: other.options, from: options) { return difference }
    if seed != other.seed { return "made with seed \(other.seed), not \(seed)" }
    return data.map(\.sha256) == other.data.map(\.sha256) ? nil : "made from other data"
  }
}
