import ArrayFiles
public import Foundation
import Tensors

/// Text files as they are, read past a byte-order mark.
public enum TextFile {
  /// The text of a UTF-8 file, behind the byte-order mark where it has one.
  ///
  /// - Throws: ``DataFileError`` for a file that is missing or is not UTF-8, naming the first byte that is not.
  public static func read(_ url: URL) throws -> String {
    let bytes = [UInt8](try bytes(url))
    let kind = FileKind(bytes)
    if kind != .gitLFSPointer, let text = String(validating: bytes, as: UTF8.self) { return text }
    throw DataFileError(
      file: url.path,
      problem: kind.map { "is \($0), expected UTF-8 text" }
        ?? "byte \(firstBadByte(bytes)): expected UTF-8 text, found other bytes")
  }

  /// The lines of a UTF-8 file that is no page; a carriage return before a line feed is no part of a line.
  ///
  /// - Throws: ``DataFileError`` as ``read(_:)``, and for HTML and XML; `expected` says what was looked for.
  static func lines(_ url: URL, expected: String) throws -> [Substring] {
    let text = try read(url)
    if let kind = FileKind(text.utf8), [.htmlPage, .xmlPage].contains(kind) {
      throw DataFileError(file: url.path, problem: "is \(kind), expected \(expected)")
    }
    var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map { Substring($0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0) }
  }

  /// The bytes of a text file, memory-mapped where the system can, behind the byte-order mark of UTF-8 where it has one.
  ///
  /// - Throws: ``DataFileError`` for a file that is missing or has the byte-order mark of UTF-16.
  static func bytes(_ url: URL) throws -> Data {
    let bytes = try DataFile.mapped(url)
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw DataFileError(file: url.path, problem: "is UTF-16 text, expected UTF-8")
    }
    return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes
  }

  private static func firstBadByte(_ bytes: [UInt8]) -> Int {
    var (position, iterator, decoder) = (0, bytes.makeIterator(), UTF8())
    while case .scalarValue(let scalar) = decoder.decode(&iterator) { position += UTF8.width(scalar) }
    return position
  }
}
