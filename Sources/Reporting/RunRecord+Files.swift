import Foundation

extension RunRecord {
  /// The record as pretty JSON with sorted keys: equal records give equal text.
  public func json() throws -> String {
    try validate()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  /// Writes `run.json` into a folder, made if it is missing: all of it or nothing.
  public func write(toFolder folder: String) throws {
    try StagedFile.write(json(), to: folder + "/" + Self.fileName)
  }

  /// Reads and checks a `run.json`.
  ///
  /// - Throws: `ReportingError` naming the file, the field and what was expected.
  public static func read(from path: String) throws -> RunRecord {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .custom(date)
    let record: RunRecord
    let text = Data(try readText(path).utf8)
    do {
      record = try decoder.decode(RunRecord.self, from: text)
    } catch let error as DecodingError {
      throw ReportingError("\(path): \(RunRecordFault.explanation(of: error, in: text))")
    }
    do {
      try record.validate()
    } catch let error as ReportingError {
      throw ReportingError("\(path): \(error.description)")
    }
    return record
  }

  /// The decoder's own strategy does not say which field held the bad date.
  private static func date(from decoder: any Decoder) throws -> Date {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let date = try? Date(text, strategy: .iso8601) else {
      let reason = "expected a date such as 2026-01-31T12:00:00Z, found \"\(text)\""
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: reason))
    }
    return date
  }
}
