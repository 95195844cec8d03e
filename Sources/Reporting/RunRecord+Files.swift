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
    decoder.dateDecodingStrategy = .iso8601
    let record: RunRecord
    do {
      record = try decoder.decode(RunRecord.self, from: Data(readText(path).utf8))
    } catch let error as DecodingError {
      throw ReportingError("\(path): \(explanation(of: error))")
    }
    do {
      try record.validate()
    } catch let error as ReportingError {
      throw ReportingError("\(path): \(error.description)")
    }
    return record
  }

  private static func explanation(of error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context):
      return "field \(fieldName(context.codingPath + [key])) is missing"
    case .valueNotFound(let type, let context):
      return "field \(fieldName(context.codingPath)): expected \(words(for: type)), found null"
    case .typeMismatch(let type, let context):
      return "field \(fieldName(context.codingPath)): expected \(words(for: type))"
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      return "is not valid JSON"
    case .dataCorrupted(let context):
      let reason = context.debugDescription.split(separator: "\n").joined(separator: " ")
      return "field \(fieldName(context.codingPath)): \(reason)"
    @unknown default:
      return "cannot be read as a run record"
    }
  }

  private static func fieldName(_ path: [any CodingKey]) -> String {
    path.isEmpty
      ? "(whole file)" : path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
  }

  private static func words(for type: Any.Type) -> String {
    switch type {
    case is Double.Type: "a number"
    case is Int.Type, is UInt64.Type: "a whole number"
    case is String.Type: "text"
    case is Bool.Type: "true or false"
    case is [Any].Type: "a list"
    default: "an object"
    }
  }
}
