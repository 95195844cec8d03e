package import Reporting

extension RunRecord {
  /// Does a part of the work with a line of progress of its own, and records the seconds that it takes under its name.
  ///
  /// - Parameters:
  ///   - total: Units of the work.
  ///   - unit: What is counted, such as `epochs`.
  package mutating func timed<Result>(
    _ name: String, total: Int, unit: String, _ work: (WorkProgress) throws -> Result
  ) rethrows -> Result {
    let progress = WorkProgress(total: total, unit: unit)
    progress.print("\(name):")
    defer { progress.finish() }
    return try timed(name) { try work(progress) }
  }
}
