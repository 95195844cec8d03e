import Foundations

/// A comma-separated table with a header, quoted as RFC 4180 says.
public struct CSVTable: Equatable, Sendable {
  /// The names in the header.
  public let columns: [String]
  /// The fields as text, one array per row, as long as `columns`.
  public private(set) var rows: [[String]] = []
  /// Where the table came from, for messages.
  private var origin = "CSV table"

  /// An empty table with this header.
  public init(columns: [String]) {
    require(!columns.isEmpty, "a CSV table needs at least one column")
    self.columns = columns
  }

  /// A table of rows of text fields.
  public init(columns: [String], rows: [[String]]) {
    self.init(columns: columns)
    for row in rows { addRow(row) }
  }

  /// A table of rows of numbers, printed so that they read back bit for bit; nil leaves a field empty.
  public init(columns: [String], rows: [[Double?]]) {
    self.init(columns: columns)
    for row in rows { addRow(row) }
  }

  /// Adds a row of text fields.
  public mutating func addRow(_ fields: [String]) {
    require(fields.count == columns.count, "row of \(fields.count) fields, \(columns.count) columns")
    rows.append(fields)
  }

  /// Adds a row of numbers, printed so that they read back bit for bit; nil leaves a field empty.
  public mutating func addRow(_ numbers: [Double?]) {
    addRow(numbers.map { $0.map(NumberText.roundTrip) ?? "" })
  }

  /// Adds a row of values of any kind as they are printed; nil leaves a field empty.
  public mutating func addRow(printing values: [(any CustomStringConvertible)?]) {
    addRow(values.map { $0.map { "\($0)" } ?? "" })
  }

  /// Reads a table from text; `origin` is named in errors.
  ///
  /// - Throws: `ReportingError` for no header, a name used twice, a row of another length, an open quote.
  public init(parsing text: String, origin: String = "CSV table") throws {
    var parser = CSVParser(text, origin: origin)
    var records = try parser.records()
    guard !records.isEmpty else { throw ReportingError("\(origin): is empty, expected a header") }
    columns = records.removeFirst().fields
    self.origin = origin
    var seen: Set<String> = []
    for name in columns where !seen.insert(name).inserted {
      throw ReportingError("\(origin), line 1: two columns named \(name)")
    }
    for record in records {
      guard record.fields.count == columns.count else {
        let found = "found \(record.fields.count)"
        throw ReportingError("\(origin), line \(record.line): expected \(columns.count) fields, \(found)")
      }
      rows.append(record.fields)
    }
  }

  /// Reads a table from a file.
  public static func read(from path: String) throws -> CSVTable {
    try CSVTable(parsing: readText(path), origin: path)
  }

  /// The numbers of a column; nil where a field is empty.
  ///
  /// - Throws: `ReportingError` when there is no such column or a field is no finite number.
  public func numbers(inColumn name: String) throws -> [Double?] {
    guard let column = columns.firstIndex(of: name) else {
      let known = columns.joined(separator: ", ")
      throw ReportingError("\(origin): no column \(name); the header has \(known)")
    }
    return try rows.enumerated().map { index, fields in
      if fields[column].isEmpty { return nil }
      guard let number = Double(fields[column]), number.isFinite else {
        let found = "found \"\(fields[column])\""
        throw ReportingError("\(origin), row \(index + 1): \(name): expected a number, \(found)")
      }
      return number
    }
  }

  /// The table as text.
  public var text: String {
    ([columns] + rows).map(Self.line).joined()
  }

  /// Writes the table, all of it or nothing.
  public func write(to path: String) throws {
    try StagedFile.write(text, to: path)
  }

  /// One line of a file, line break included.
  static func line(_ fields: [String]) -> String {
    // A lone empty field would be an empty line, which readers skip.
    if fields == [""] { return "\"\"\n" }
    return fields.map(quoted).joined(separator: ",") + "\n"
  }

  private static func quoted(_ field: String) -> String {
    let needsQuotes = field.utf8.contains { ",\"\r\n".utf8.contains($0) }
    let space = UInt8(ascii: " ")
    // A byte-order mark in front would be taken for the file's own.
    let isMarked = field.unicodeScalars.first == "\u{FEFF}"
    guard needsQuotes || isMarked || field.utf8.first == space || field.utf8.last == space else {
      return field
    }
    return "\"" + replacing("\"", with: "\"\"", in: field) + "\""
  }

  /// Equal bytes: text that only looks alike is different text.
  public static func == (left: CSVTable, right: CSVTable) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }
}
