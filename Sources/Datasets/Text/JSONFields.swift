import ArrayFiles
import Foundation
import Tensors

/// The fields of an object in a JSON file, with errors of one line that name file and field. A field that is null is not
/// there.
struct JSONFields {
  let file: String
  private let name: String
  let members: [(key: String, value: StrictJSON)]

  /// The object that a file is.
  init(contentsOf url: URL) throws {
    try self.init(
      StrictJSON.parse(JSONFile.bytes(url), file: url.path, field: "JSON"), name: "(whole file)",
      file: url.path)
  }

  /// An object in a file.
  init(_ value: StrictJSON, name: String, file: String) throws {
    (self.file, self.name) = (file, name)
    guard case .object(let members) = value else {
      throw DataFileError(
        file: file, problem: "field \(name): \(value.summary), expected an object")
    }
    self.members = members
  }

  /// The value of a field.
  subscript(_ key: String) -> StrictJSON? {
    guard let value = members.first(where: { $0.key == key })?.value else { return nil }
    if case .null = value { return nil }
    return value
  }

  func string(_ key: String) throws -> String? {
    guard let value = self[key] else { return nil }
    guard case .string(let text) = value else { throw failure(key, expected: "a text") }
    return text
  }

  func boolean(_ key: String) throws -> Bool? {
    guard let value = self[key] else { return nil }
    guard case .boolean(let value) = value else { throw failure(key, expected: "true or false") }
    return value
  }

  func integer(_ key: String) throws -> Int? {
    guard let value = self[key] else { return nil }
    guard case .integer(let value) = value else { throw failure(key, expected: "a whole number") }
    return value
  }

  func array(_ key: String) throws -> [StrictJSON]? {
    guard let value = self[key] else { return nil }
    guard case .array(let items) = value else { throw failure(key, expected: "a list") }
    return items
  }

  func object(_ key: String) throws -> JSONFields? {
    try self[key].map { try JSONFields($0, name: path(key), file: file) }
  }

  /// The error of a field that is not what it should be.
  func failure(_ key: String, expected: String) -> DataFileError {
    DataFileError(
      file: file, problem: "field \(path(key)): \(self[key]?.summary ?? "null"), expected \(expected)")
  }

  private func path(_ key: String) -> String { name.hasPrefix("(") ? key : "\(name).\(key)" }
}
