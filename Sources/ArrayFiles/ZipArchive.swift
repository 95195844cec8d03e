import Foundation
import Foundations

/// The entries of a zip file, as its central directory lists them; stored and deflated entries,
/// 64-bit sizes, one disk, no encryption.
///
/// - Source: PKWARE APPNOTE 6.3, sections 4.3 and 4.5.3.
struct ZipArchive {
  /// One entry, its position in the file checked.
  struct Entry {
    let name: String
    let isDeflated: Bool
    let checksum: UInt32
    /// Size after inflating, as declared.
    let byteCount: Int
    /// The stored or deflated bytes, a slice of the file.
    let packed: Data
  }

  let entries: [Entry]

  init(_ bytes: Data, file: String) throws {
    let reader = ByteReader(bytes, file: file)
    let directory = try Self.directory(reader)
    var entries: [Entry] = []
    var ranges: [Range<Int>] = []
    var position = directory.start
    for index in 0..<directory.count {
      let record = try ZipDirectoryRecord(reader, at: position, end: directory.end, index: index)
      let (entry, range) = try record.entry(reader, before: directory.start)
      entries.append(entry)
      ranges.append(range)
      position = record.end
    }
    guard position == directory.end else {
      throw FileFormatError(
        file: file, field: "zip central directory",
        expected: "\(directory.end - directory.start) bytes for \(directory.count) entries",
        found: "\(position - directory.start)")
    }
    // Entries that share bytes are how a small file unpacks to a huge one.
    ranges.sort { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    for (left, right) in zip(ranges, ranges.dropFirst()) where right.lowerBound < left.upperBound {
      throw FileFormatError(
        file: file, field: "zip entries", expected: "no overlap", found: "one at byte \(right.lowerBound)")
    }
    self.entries = entries
  }

  /// Finds the end record, with its 64-bit form where one is announced, and the directory before it.
  private static func directory(_ reader: ByteReader) throws -> (start: Int, end: Int, count: Int) {
    let end = try endRecord(reader)
    let field = "zip end record"
    let disks = try (
      reader.integer16(at: end + 4, field: field), reader.integer16(at: end + 6, field: field)
    )
    var here = try reader.integer16(at: end + 8, field: field)
    var count = try reader.integer16(at: end + 10, field: field)
    var size = try reader.integer32(at: end + 12, field: field)
    var start = try reader.integer32(at: end + 16, field: field)
    var directoryEnd = end
    if end >= 20, try reader.integer32(at: end - 20, field: field) == 0x0706_4B50 {
      let wide = "zip64 end record"
      directoryEnd = try reader.integer64(at: end - 12, field: wide)
      guard directoryEnd <= end - 20 - 56, try reader.integer32(at: directoryEnd, field: wide) == 0x0606_4B50
      else { throw failure(reader, wide, expected: "its signature before the locator", found: "other bytes") }
      here = try reader.integer64(at: directoryEnd + 24, field: wide)
      count = try reader.integer64(at: directoryEnd + 32, field: wide)
      size = try reader.integer64(at: directoryEnd + 40, field: wide)
      start = try reader.integer64(at: directoryEnd + 48, field: wide)
    }
    guard disks == (0, 0), here == count else {
      throw failure(reader, field, expected: "one disk", found: "several")
    }
    guard start <= directoryEnd, size == directoryEnd - start else {
      throw failure(
        reader, field, expected: "a central directory that ends at byte \(directoryEnd)",
        found: "\(size) bytes from byte \(start)")
    }
    guard count <= size / ZipDirectoryRecord.fixedByteCount else {
      throw failure(
        reader, field, expected: "at most \(size / ZipDirectoryRecord.fixedByteCount) entries",
        found: "\(count)")
    }
    return (start, directoryEnd, count)
  }

  /// The last end record whose comment reaches exactly to the end of the file.
  private static func endRecord(_ reader: ByteReader) throws -> Int {
    let field = "zip end record"
    var position = reader.count - 22
    let first = max(0, position - 0xFFFF)
    while position >= first {
      if try reader.integer32(at: position, field: field) == 0x0605_4B50,
        try reader.integer16(at: position + 20, field: field) == reader.count - position - 22
      {
        return position
      }
      position -= 1
    }
    throw failure(
      reader, field, expected: "its signature near the end of the file", found: "none (no zip file)")
  }

  private static func failure(
    _ reader: ByteReader, _ field: String, expected: String, found: String
  ) -> FileFormatError {
    FileFormatError(file: reader.file, field: field, expected: expected, found: found)
  }
}
