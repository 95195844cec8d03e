import Foundation
import Foundations

/// Writes `metrics.csv` while training runs: one row per update or epoch, on the disk at once.
///
/// The first column is `step`; it rises from row to row. A row that could not be written in full (a full
/// disk) is taken back, so the file always ends with a whole row.
///
/// Where asked for, the same numbers go into an event file for TensorBoard.
public final class MetricsWriter {
  /// The name of the file in the folder of a run.
  public static let fileName = "metrics.csv"

  /// The file being written.
  public let path: String
  /// The names of the columns after `step`.
  public let columns: [String]
  /// The event file beside it, where there is one; pictures can be added to it.
  public let events: TensorBoardEvents?
  private let file: AppendedFile
  private var lastStep: Int?

  static let stepColumn = "step"

  /// Begins a new file, replacing one that exists.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - columns: The names of the columns behind the step.
  ///   - eventsFolder: The folder of an event file with the same numbers; none where nil.
  public convenience init(path: String, columns: [String], eventsFolder: String? = nil) throws {
    Self.checkNames(columns)
    try StagedFile.write(CSVTable.line([Self.stepColumn] + columns), to: path)
    try self.init(
      appendingTo: path, columns: columns, lastStep: nil,
      events: eventsFolder.map { try TensorBoardEvents(inFolder: $0) })
  }

  /// Continues the file of an interrupted run: keeps the rows of steps before `step`, drops the others.
  ///
  /// A last line without a line break, left by a crash, is dropped too.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - columns: The names of the columns behind the step, those of the file.
  ///   - step: The first step that comes now.
  ///   - eventsFolder: The folder of a further event file, for what comes now; none where nil.
  /// - Throws: `ReportingError` when the file is missing, damaged or has other columns.
  public convenience init(
    resuming path: String, columns: [String], atStep step: Int, eventsFolder: String? = nil
  ) throws {
    Self.checkNames(columns)
    let text = try readText(path)
    let whole = text.utf8.lastIndex(of: UInt8(ascii: "\n")).map { String(text[...$0]) } ?? ""
    let old = try CSVTable(parsing: whole, origin: path)
    guard old.columns == [Self.stepColumn] + columns else {
      let expected = ([Self.stepColumn] + columns).joined(separator: ", ")
      let found = old.columns.joined(separator: ", ")
      throw ReportingError("\(path): expected the columns \(expected), found \(found)")
    }
    var kept = CSVTable(columns: old.columns)
    var last: Int?
    for (index, fields) in old.rows.enumerated() {
      guard let rowStep = Int(fields[0]) else {
        throw ReportingError(
          "\(path), row \(index + 1): step: expected a whole number, found \"\(fields[0])\"")
      }
      guard rowStep < step else { continue }
      kept.addRow(fields)
      last = rowStep
    }
    try kept.write(to: path)
    try self.init(
      appendingTo: path, columns: columns, lastStep: last,
      events: eventsFolder.map { try TensorBoardEvents(inFolder: $0, resumingAtStep: step) })
  }

  private init(
    appendingTo path: String, columns: [String], lastStep: Int?, events: TensorBoardEvents?
  ) throws {
    self.path = path
    self.columns = columns
    self.lastStep = lastStep
    self.events = events
    file = try AppendedFile(path: path)
  }

  /// Adds the row of one step; a column without a value stays empty.
  ///
  /// - Throws: `ReportingError` for a value that is not finite or a row that cannot be written.
  public func append(step: Int, _ values: [String: Double]) throws {
    require(lastStep.map { $0 < step } ?? true, "step \(step) after step \(lastStep ?? 0)")
    let unknown = Set(values.keys).subtracting(columns).sorted()
    require(unknown.isEmpty, "no metrics column named \(unknown); the columns are \(columns)")
    var fields = [String(step)]
    for name in columns {
      guard let value = values[name] else {
        fields.append("")
        continue
      }
      guard value.isFinite else {
        throw ReportingError("\(path): step \(step): \(name) is \(value), expected a finite number")
      }
      fields.append(NumberText.roundTrip(value))
    }
    try file.append(Array(CSVTable.line(fields).utf8), name: "step \(step)")
    lastStep = step
    try events?.addScalars(step: step, columns.compactMap { name in values[name].map { (name, $0) } })
  }

  /// Adds the row of the step after the last one, 1 where there is none.
  ///
  /// - Throws: As ``append(step:_:)``.
  public func append(_ values: [String: Double]) throws {
    try append(step: (lastStep ?? 0) + 1, values)
  }

  /// Waits until every row so far is on the disk; call it beside saving a checkpoint.
  public func synchronize() throws {
    try file.synchronize()
    try events?.synchronize()
  }

  private static func checkNames(_ columns: [String]) {
    require(
      !columns.isEmpty && Set(columns + [stepColumn]).count == columns.count + 1,
      "metrics columns must differ from each other and from \"step\": \(columns)")
  }
}
