public import Foundation

/// Text files as they are, read past a byte-order mark.
public enum TextFile {
  /// The text of a UTF-8 file, behind the byte-order mark where it has one.
  ///
  /// - Throws: ``DataFileError`` for a file that is missing or is not UTF-8, naming the first byte that is not.
  public static func read(_ url: URL) throws -> String {
    let bytes = [UInt8](try bytes(url))
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    throw DataFileError(
      file: url.path, problem: "byte \(firstBadByte(bytes)): expected UTF-8 text, found other bytes")
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
