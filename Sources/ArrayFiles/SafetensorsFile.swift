package import Foundation
public import Foundations

/// A safetensors file: named arrays and text metadata.
///
/// Layout: header length N (8 bytes, little-endian), N bytes of JSON, then the arrays back to back.
/// Reading maps the file and checks everything the format demands; arrays are slices of the mapping,
/// paged in when decoded. The file must not be shortened in place meanwhile.
///
/// - Source: the format description of huggingface/safetensors.
public struct SafetensorsFile: Sendable {
  /// The largest header the format allows.
  static let maximumHeaderByteCount = 100_000_000
  static let metadataKey = "__metadata__"

  /// The path that the file was read from.
  public let path: String
  /// The arrays by their names, but for those in ``unreadable``.
  public let arrays: [String: StoredArray]
  /// The arrays in a number format that is not read, such as F8_E4M3, by their names: what asking for one throws.
  public let unreadable: [String: FileFormatError]
  /// The text entries of the header; empty where it has none.
  public let metadata: [String: String]

  /// The names of the arrays that can be read, sorted.
  public var names: [String] { arrays.keys.sorted() }

  /// The array of this name.
  ///
  /// - Throws: ``Foundations/FileFormatError`` naming the file, the missing name and the names that are there, or the format of the
  ///   array that is not read.
  public func array(named name: String) throws -> StoredArray {
    if let problem = unreadable[name] { throw problem }
    guard let array = arrays[name] else { throw missingArray(name, names: names, file: path) }
    return array
  }

  /// Opens and checks a file.
  ///
  /// - Throws: ``Foundations/FileAccessError`` when it cannot be read, ``Foundations/FileFormatError`` when it is malformed or another kind of
  ///   file, which it names.
  public static func read(path: String) throws -> SafetensorsFile {
    try parse(MappedFile.bytes(path: path), file: path)
  }

  /// Checks bytes that are already in memory; `file` is what errors call them.
  package static func parse(_ bytes: Data, file: String) throws -> SafetensorsFile {
    if let other = otherKind(bytes, file: file, expected: "a safetensors file", unless: [.safetensors]) {
      throw other
    }
    let reader = ByteReader(bytes, file: file)
    let length = try reader.integer64(at: 0, field: "header length")
    guard length <= maximumHeaderByteCount, length <= bytes.count - 8 else {
      throw FileFormatError(
        file: file, field: "header length",
        expected: "at most \(min(maximumHeaderByteCount, bytes.count - 8))", found: "\(length)")
    }
    let header = try reader.slice(from: 8, count: length, field: "header")
    guard header.first == UInt8(ascii: "{") else {
      throw FileFormatError(
        file: file, field: "header", expected: "a JSON object that starts with '{'",
        found: header.isEmpty ? "no header" : "another byte")
    }
    guard case .object(let members) = try StrictJSON.parse(header, file: file) else {
      throw FileFormatError(file: file, field: "header", expected: "a JSON object", found: "another value")
    }
    let buffer = try reader.slice(from: 8 + length, count: bytes.count - 8 - length, field: "data")
    return try SafetensorsHeader(members: members, file: file).file(over: buffer)
  }
}

/// The error for bytes that are another kind of file than the one expected; nil where they are not known as one.
func otherKind(
  _ bytes: Data, file: String, expected: String, unless kinds: [FileKind]
) -> FileFormatError? {
  guard let kind = FileKind(bytes.prefix(FileKind.byteCount)), !kinds.contains(kind) else { return nil }
  return FileFormatError(file: file, field: "file", expected: expected, found: kind.description)
}

/// The error for an array that a file does not hold.
func missingArray(_ name: String, names: [String], file: String) -> FileFormatError {
  let shown = names.prefix(40).joined(separator: ", ")
  let rest = names.count > 40 ? " and \(names.count - 40) more" : ""
  return FileFormatError(
    file: file, field: "array names", expected: quoted(name),
    found: names.isEmpty ? "no arrays" : shown + rest)
}
