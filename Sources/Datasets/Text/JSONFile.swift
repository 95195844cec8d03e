import ArrayFiles
import Foundation
import Tensors

/// Reading JSON files with errors of one line that name file and field.
enum JSONFile {
  /// The text of a JSON file, behind a byte-order mark.
  ///
  /// - Throws: ``DataFileError`` for a file that is something else.
  static func bytes(_ url: URL) throws -> Data {
    let bytes = try TextFile.bytes(url)
    if let kind = FileKind(bytes.prefix(FileKind.byteCount)), kind != .json {
      throw DataFileError(file: url.path, problem: "is \(kind), expected JSON")
    }
    return Data(bytes)
  }

  /// A value of a file; `members` are more fields of its object, as JSON.
  static func decode<Value: Decodable>(
    _ type: Value.Type, _ url: URL, adding members: String = ""
  ) throws -> Value {
    var bytes = try bytes(url)
    if !members.isEmpty, let brace = bytes.firstIndex(of: UInt8(ascii: "{")) {
      bytes.insert(contentsOf: "\(members),".utf8, at: brace + 1)
    }
    do {
      return try JSONDecoder().decode(type, from: bytes)
    } catch let error as DecodingError {
      throw DataFileError(file: url.path, problem: problem(of: error))
    }
  }

  private static func problem(of error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context):
      return "field \(name(context.codingPath + [key])): missing, expected a value"
    case .valueNotFound(let type, let context):
      return "field \(name(context.codingPath)): null, expected \(words(for: type))"
    case .typeMismatch(let type, let context):
      return "field \(name(context.codingPath)): another kind of value, expected \(words(for: type))"
    case .dataCorrupted(let context):
      return context.codingPath.isEmpty
        ? "is no JSON, expected an object" : "field \(name(context.codingPath)): \(context.debugDescription)"
    @unknown default:
      return "cannot be read, expected an object"
    }
  }

  private static func name(_ path: [any CodingKey]) -> String {
    path.isEmpty
      ? "(whole file)" : path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
  }

  private static func words(for type: Any.Type) -> String {
    switch type {
    case is Int.Type: "a whole number"
    case is Double.Type: "a number"
    case is String.Type: "a text"
    case is Bool.Type: "true or false"
    default: "an object"
    }
  }
}
