import Foundation
import Foundations

/// Little-endian integers and slices out of untrusted bytes; every access is checked against the end.
struct ByteReader {
  let bytes: Data
  let file: String

  init(_ bytes: Data, file: String) {
    self.bytes = bytes
    self.file = file
  }

  var count: Int { bytes.count }

  func integer16(at offset: Int, field: String) throws -> Int {
    Int(try word(UInt16.self, at: offset, field: field))
  }

  func integer32(at offset: Int, field: String) throws -> Int {
    Int(try word(UInt32.self, at: offset, field: field))
  }

  /// An unsigned 64-bit integer that must fit `Int`.
  func integer64(at offset: Int, field: String) throws -> Int {
    let value = try word(UInt64.self, at: offset, field: field)
    guard let integer = Int(exactly: value) else {
      throw FileFormatError(file: file, field: field, expected: "at most \(Int.max)", found: "\(value)")
    }
    return integer
  }

  /// `count` bytes from `offset` on, without copying.
  func slice(from offset: Int, count: Int, field: String) throws -> Data {
    guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else {
      throw FileFormatError(
        file: file, field: field, expected: "\(count) bytes at byte \(offset)",
        found: "\(bytes.count) bytes in all")
    }
    let start = bytes.startIndex + offset
    return bytes[start..<(start + count)]
  }

  private func word<Word: FixedWidthInteger & BitwiseCopyable>(
    _ type: Word.Type, at offset: Int, field: String
  ) throws -> Word {
    let part = try slice(from: offset, count: MemoryLayout<Word>.size, field: field)
    return Word(littleEndian: part.withUnsafeBytes { $0.loadUnaligned(as: Word.self) })
  }
}
