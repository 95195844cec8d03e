import ArrayFiles
import Foundation

/// Walks the 512-byte blocks of a tar file (POSIX.1-1988 ustar, GNU `L` entries, POSIX.1-2001 pax records).
struct TarHeaderReader {
  private static let blockSize = 512
  /// Names and pax records beyond this are taken for damage.
  private static let largestNameSize = 1 << 20

  private let data: Data
  private let name: String
  private var offset = 0
  /// Path of the next entry from a GNU long name or a pax record.
  private var longPath: String?
  /// Target of the next link from a GNU long name or a pax record.
  private var longTarget: String?
  /// Size of the next entry from a pax record.
  private var longSize: Int?
  private var links: [TarLink] = []

  init(data: Data, name: String) {
    self.data = data
    self.name = name
  }

  mutating func readEntries() throws -> [TarEntry] {
    guard !data.isEmpty else {
      throw DataFileError(file: name, problem: "empty file, expected a tar archive")
    }
    var entries: [TarEntry] = []
    while true {
      guard offset + Self.blockSize <= data.count else {
        throw DataFileError(
          file: name,
          problem: "truncated tar: \(data.count) bytes, expected a header or the closing zero block at byte"
            + " \(offset)")
      }
      let header = data.withUnsafeBytes { [UInt8]($0[offset..<offset + Self.blockSize]) }
      if header.allSatisfy({ $0 == 0 }) {
        guard longPath == nil, longSize == nil, longTarget == nil else {
          throw failure("ends after a long name, expected the entry it belongs to")
        }
        return try TarLinkResolver.resolved(links, entries, archive: name)
      }
      try verifyChecksum(header)
      if let entry = try readEntry(header, entryCount: entries.count) { entries.append(entry) }
    }
  }

  /// Reads one header and moves past its contents; nil for entries that only describe others.
  private mutating func readEntry(_ header: [UInt8], entryCount: Int) throws -> TarEntry? {
    let type = header[156]
    let isDescription = "LKxg".utf8.contains(type)
    let stated = try number(header[124..<136], field: "size")
    let isLink = type == UInt8(ascii: "1") || type == UInt8(ascii: "2")
    let start = offset + Self.blockSize
    let size =
      isLink ? linkSize(longSize ?? stated, after: start) : isDescription ? stated : longSize ?? stated
    guard size <= data.count - start else {
      throw failure("states \(size) bytes of contents, \(data.count - start) are left")
    }
    let contents = start..<start + size
    defer { offset = start + (size + Self.blockSize - 1) / Self.blockSize * Self.blockSize }
    if isDescription {
      try readDescription(type, contents)
      return nil
    }
    let path = longPath ?? Self.path(header)
    let target = longTarget ?? Self.text(header[157..<257])
    (longPath, longSize, longTarget) = (nil, nil, nil)
    let normalized = try Self.normalized(path, orThrow: failure("has no name"))
    if isLink {
      links.append(
        TarLink(path: normalized, target: target, isHard: type == UInt8(ascii: "1"), entryCount: entryCount))
      return nil
    }
    return TarEntry(path: normalized, isFolder: try isFolder(type, path: path), range: contents)
  }

  /// Bytes of contents behind the header of a link: most writers state the size of the target and write none.
  private func linkSize(_ stated: Int, after start: Int) -> Int {
    guard stated > 0, start + Self.blockSize <= data.count else { return 0 }
    let next = data.withUnsafeBytes { [UInt8]($0[start..<start + Self.blockSize]) }
    let isHeader = next.allSatisfy { $0 == 0 } || (try? verifyChecksum(next)) != nil
    return isHeader ? 0 : stated
  }

  private func isFolder(_ type: UInt8, path: String) throws -> Bool {
    switch type {
    case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
      return path.utf8.last == UInt8(ascii: "/")
    case UInt8(ascii: "5"): return true
    default:
      let shown = (0x21...0x7E).contains(type) ? String(UnicodeScalar(type)) : String(type)
      throw DataFileError(
        file: "\(name)/\(path)", problem: "tar entry of type \(shown), expected files, folders and links only"
      )
    }
  }

  private mutating func readDescription(_ type: UInt8, _ contents: Range<Int>) throws {
    guard contents.count <= Self.largestNameSize else {
      throw failure("states a name of \(contents.count) bytes, expected at most \(Self.largestNameSize)")
    }
    let bytes = data.withUnsafeBytes { [UInt8]($0[contents]) }
    switch type {
    case UInt8(ascii: "L"): longPath = Self.text(bytes[...])
    case UInt8(ascii: "K"): longTarget = Self.text(bytes[...])
    case UInt8(ascii: "x"): try readPaxRecords(bytes)
    default: break  // g: defaults for all entries.
    }
  }

  /// Records `"<length> <key>=<value>\n"`, where the length counts the whole record.
  private mutating func readPaxRecords(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let space = rest.firstIndex(of: UInt8(ascii: " ")),
        let length = Int(Self.text(rest[..<space])), length > space - rest.startIndex + 1,
        length <= rest.count,
        let equals = rest[space...].firstIndex(of: UInt8(ascii: "=")), equals < rest.startIndex + length
      else { throw failure("has a damaged pax record, expected \"length key=value\"") }
      let value = String(decoding: rest[(equals + 1)..<(rest.startIndex + length)].dropLast(), as: UTF8.self)
      switch Self.text(rest[(space + 1)..<equals]) {
      case "path": longPath = value
      case "linkpath": longTarget = value
      case "size":
        guard let size = Int(value), size >= 0 else {
          throw failure("has the pax size \(value), expected a number of bytes")
        }
        longSize = size
      default: break
      }
      rest = rest[(rest.startIndex + length)...]
    }
  }

  /// The checksum is the sum of all header bytes, its own eight counted as spaces.
  private func verifyChecksum(_ header: [UInt8]) throws {
    let stated = try number(header[148..<156], field: "checksum")
    let sum = header.enumerated().reduce(0) { total, byte in
      total + ((148..<156).contains(byte.offset) ? 32 : Int(byte.element))
    }
    guard sum == stated else {
      throw failure("has checksum \(stated), expected \(sum): no tar file, or damaged")
    }
  }

  /// Octal digits padded with spaces or zero bytes, or a big-endian binary number with the top bit set (GNU).
  private func number(_ field: ArraySlice<UInt8>, field fieldName: String) throws -> Int {
    if let first = field.first, first & 0x80 != 0 {
      let value = field.dropFirst().reduce((Int(first & 0x7F), false)) { partial, byte in
        let (shifted, overflow) = partial.0.multipliedReportingOverflow(by: 256)
        return (shifted | Int(byte), partial.1 || overflow)
      }
      guard !value.1 else { throw failure("has a \(fieldName) field beyond 64 bits") }
      return value.0
    }
    let text = Self.text(field).trimmingCharacters(in: .whitespaces)
    guard let value = Int(text, radix: 8), value >= 0 else {
      throw failure("has an unreadable \(fieldName) field, expected octal digits: no tar file, or damaged")
    }
    return value
  }

  private func failure(_ problem: String) -> DataFileError {
    DataFileError(file: name, problem: "tar header at byte \(offset) \(problem)")
  }

  private static func path(_ header: [UInt8]) -> String {
    let path = text(header[0..<100])
    // GNU archives ("ustar  ") use the bytes of the prefix for other fields.
    let isPOSIX = header[257..<263].elementsEqual(Array("ustar".utf8) + [0])
    let prefix = isPOSIX ? text(header[345..<500]) : ""
    return prefix.isEmpty ? path : prefix + "/" + path
  }

  private static func normalized(_ path: String, orThrow error: DataFileError) throws -> String {
    guard !path.isEmpty else { throw error }
    return TarLink.components(path).joined(separator: "/")
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}
