public import Foundation

/// Text files as they are.
public enum TextFile {
  /// The text of a UTF-8 file.
  ///
  /// - Throws: ``DataFileError`` for a file that is missing or is not UTF-8, naming the first byte that is not.
  public static func read(_ url: URL) throws -> String {
    let bytes = try DataFile.bytes(url)
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    throw DataFileError(
      file: url.path, problem: "byte \(firstBadByte(bytes)): expected UTF-8 text, found other bytes")
  }

  private static func firstBadByte(_ bytes: [UInt8]) -> Int {
    var (position, iterator, decoder) = (0, bytes.makeIterator(), UTF8())
    while case .scalarValue(let scalar) = decoder.decode(&iterator) { position += UTF8.width(scalar) }
    return position
  }
}
