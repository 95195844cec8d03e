import Foundation
import Foundations

/// One record of a zip file's central directory.
struct ZipDirectoryRecord {
  static let fixedByteCount = 46

  let name: String
  /// Where the record ends.
  let end: Int
  private let nameBytes: Data
  private let flags: Int
  private let method: Int
  private let checksum: UInt32
  private let packedByteCount: Int
  private let byteCount: Int
  private let localOffset: Int

  init(_ reader: ByteReader, at start: Int, end directoryEnd: Int, index: Int) throws {
    let field = "zip central directory, entry \(index)"
    func fail(_ expected: String, _ found: String) -> FileFormatError {
      FileFormatError(file: reader.file, field: field, expected: expected, found: found)
    }
    guard start + Self.fixedByteCount <= directoryEnd,
      try reader.integer32(at: start, field: field) == 0x0201_4B50
    else { throw fail("its signature", "other bytes") }
    flags = try reader.integer16(at: start + 8, field: field)
    method = try reader.integer16(at: start + 10, field: field)
    checksum = UInt32(try reader.integer32(at: start + 16, field: field))
    let nameCount = try reader.integer16(at: start + 28, field: field)
    let extraCount = try reader.integer16(at: start + 30, field: field)
    let commentCount = try reader.integer16(at: start + 32, field: field)
    end = start + Self.fixedByteCount + nameCount + extraCount + commentCount
    guard end <= directoryEnd else { throw fail("a record inside the directory", "one that runs over") }
    nameBytes = try reader.slice(from: start + Self.fixedByteCount, count: nameCount, field: field)
    guard let text = String(validating: nameBytes, as: UTF8.self) else {
      throw fail("a name in UTF-8", "other bytes")
    }
    name = text
    let extra = try reader.slice(
      from: start + Self.fixedByteCount + nameCount, count: extraCount, field: field)
    var wide = try Self.wideFields(ByteReader(extra, file: reader.file), field: field)[...]
    // The 64-bit field holds, in this order, exactly the sizes that are all ones in the record.
    func size(at offset: Int) throws -> Int {
      let narrow = try reader.integer32(at: start + offset, field: field)
      if narrow != 0xFFFF_FFFF { return narrow }
      guard let value = wide.popFirst() else { throw fail("a 64-bit size", "none") }
      return value
    }
    byteCount = try size(at: 24)
    packedByteCount = try size(at: 20)
    localOffset = try size(at: 42)
  }

  /// The 64-bit integers of the zip64 extra field; empty when there is none.
  private static func wideFields(_ extra: ByteReader, field: String) throws -> [Int] {
    var position = 0
    while position + 4 <= extra.count {
      let tag = try extra.integer16(at: position, field: field)
      let count = try extra.integer16(at: position + 2, field: field)
      let content = try extra.slice(from: position + 4, count: count, field: field)
      if tag == 1 {
        let reader = ByteReader(content, file: extra.file)
        return try (0..<min(3, count / 8)).map { try reader.integer64(at: 8 * $0, field: field) }
      }
      position += 4 + count
    }
    return []
  }

  /// The entry and the bytes it takes in the file, held against the local header in front of the data.
  func entry(_ reader: ByteReader, before limit: Int) throws -> (ZipArchive.Entry, Range<Int>) {
    let field = "zip entry \(quoted(name))"
    func fail(_ expected: String, _ found: String) -> FileFormatError {
      FileFormatError(file: reader.file, field: field, expected: expected, found: found)
    }
    guard flags & 1 == 0 else { throw fail("no encryption", "an encrypted entry") }
    guard method == 0 || method == 8 else {
      throw fail("compression method 0 (stored) or 8 (deflate)", "\(method)")
    }
    guard localOffset <= limit - 30, try reader.integer32(at: localOffset, field: field) == 0x0403_4B50 else {
      throw fail("a local header at byte \(localOffset)", "other bytes")
    }
    let nameCount = try reader.integer16(at: localOffset + 26, field: field)
    let extraCount = try reader.integer16(at: localOffset + 28, field: field)
    guard try reader.integer16(at: localOffset + 8, field: field) == method,
      try reader.slice(from: localOffset + 30, count: nameCount, field: field) == nameBytes
    else { throw fail("a local header like its directory record", "another name or method") }
    let start = localOffset + 30 + nameCount + extraCount
    guard start <= limit, packedByteCount <= limit - start else {
      throw fail("data before the central directory", "\(packedByteCount) bytes from byte \(start)")
    }
    let most =
      method == 0 ? packedByteCount : packedByteCount.multipliedReportingOverflow(by: Inflate.maximumRatio).0
    guard method == 0 ? byteCount == packedByteCount : byteCount <= most else {
      throw fail("a size its \(packedByteCount) packed bytes can hold, at most \(most)", "\(byteCount)")
    }
    let entry = ZipArchive.Entry(
      name: name, isDeflated: method == 8, checksum: checksum, byteCount: byteCount,
      packed: try reader.slice(from: start, count: packedByteCount, field: field))
    return (entry, localOffset..<(start + packedByteCount))
  }
}
