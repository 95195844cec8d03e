/// What a worker answers: one JSON object on one line.
package struct WorkerReply: Codable, Equatable, Sendable {
  /// What went wrong; nothing else is said then.
  package var error: String?
  /// Versions of what computes, in the greeting.
  package var versions: [String: String]?
  /// How long making ready took.
  package var seconds: Double?
  /// The names of the arrays that were written.
  package var names: [String]?
  /// One time for each run.
  package var milliseconds: [Double]?
  /// Pages that the runs touched for the first time.
  package var pageFaults: Int?
  /// Calls of malloc and its relatives during the runs; nil where they are not counted.
  package var allocations: Int?
  package var residentKilobytes: Int?
  package var peakKilobytes: Int?
  /// What a compiler set aside for inputs, outputs and everything between; nil where it does not say.
  package var plannedKilobytes: Int?
  /// Highest floating-point operations a second by the name of what was computed, in units of 10⁹.
  package var peaks: [String: Double]?

  private enum CodingKeys: String, CodingKey {
    case error, versions, seconds, names, milliseconds, allocations, peaks
    case pageFaults = "page_faults"
    case residentKilobytes = "resident_kilobytes"
    case plannedKilobytes = "planned_kilobytes"
    case peakKilobytes = "peak_kilobytes"
  }

  /// An answer that says nothing yet.
  package init() {}

  /// The line, without its end.
  package func line() throws -> String { try ProtocolLine.text(of: self) }

  /// Reads a line.
  ///
  /// - Throws: ``WorkerFault`` for a line that is no answer, an error that it reports, or times that are none.
  package init(line: String) throws {
    self = try ProtocolLine.value(of: line)
    if let error { throw WorkerFault(error) }
    if let bad = milliseconds?.first(where: { !($0 > 0 && $0.isFinite) }) {
      throw WorkerFault("a run of \(bad) milliseconds")
    }
  }
}
