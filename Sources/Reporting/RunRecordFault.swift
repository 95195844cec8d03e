import Foundation

/// Puts into one line why a `run.json` cannot be decoded, naming the field.
enum RunRecordFault {
  static func explanation(of error: DecodingError, in text: Data) -> String {
    switch error {
    case .keyNotFound(let key, let context):
      return "field \(fieldName(context.codingPath + [key])) is missing"
    case .valueNotFound(let type, let context):
      return "field \(fieldName(context.codingPath)): expected \(words(for: type)), found null"
    case .typeMismatch(let type, let context):
      return "field \(fieldName(context.codingPath)): expected \(words(for: type))"
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      return explanationWithoutField(in: text)
    case .dataCorrupted(let context):
      let reason = context.debugDescription.split(whereSeparator: \.isNewline).joined(separator: " ")
      return "field \(fieldName(context.codingPath)): \(reason)"
    @unknown default:
      return "cannot be read as a run record"
    }
  }

  /// The decoder calls a number that does not fit its type invalid JSON and names no field: look for it.
  private static func explanationWithoutField(in text: Data) -> String {
    guard let object = try? JSONSerialization.jsonObject(with: text) else { return "is not valid JSON" }
    guard let field = unfitNumber(in: object, path: []) else { return "cannot be read as a run record" }
    return "field \(field.path): expected a whole number that fits, found \(field.number)"
  }

  private static let wholeNumberFields: Set<String> = [
    "seed", "cores", "memory_bytes", "count", "digits", "column_digits",
  ]

  private static func unfitNumber(in value: Any, path: [String]) -> (path: String, number: NSNumber)? {
    switch value {
    case let object as [String: Any]:
      let entries = object.sorted { $0.key < $1.key }
      return entries.lazy.compactMap { unfitNumber(in: $0.value, path: path + [$0.key]) }.first
    case let list as [Any]:
      let entries = list.enumerated()
      return entries.lazy.compactMap { unfitNumber(in: $0.element, path: path + [String($0.offset)]) }.first
    case let number as NSNumber:
      guard path.first != "summary", path.first != "timings" else { return nil }
      guard !wholeNumberFields.isDisjoint(with: path.suffix(2)) else { return nil }
      let isWhole = UInt64(number.stringValue) != nil
      return isWhole ? nil : (path.joined(separator: "."), number)
    default:
      return nil
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
