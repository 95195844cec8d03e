/// The chunk structure of a PNG file: every chunk complete, its checksum right, IEND last.
struct PNGChunks {
  /// The file without the chunks that do not decide what the samples are.
  ///
  /// Gamma, chromaticities, colour profiles, significant bits and backgrounds say how a picture is to be shown.
  /// libpng changes levels by them; other readers give the samples as they are stored.
  let plain: [UInt8]
  /// How the picture is to be turned.
  let orientation: Orientation

  /// Ancillary chunks have a lower-case first letter; of these only tRNS tells what samples there are.
  private static let keptTypes: Set<String> = ["tRNS"]

  /// Chunk: 4 bytes length (big-endian), 4 bytes type, data, CRC-32 over type and data (PNG specification 5.3).
  init(_ bytes: [UInt8], name: String) throws {
    var offset = PNGCoding.signature.count
    var plain = Array(bytes[..<offset])
    var exif: [UInt8]?
    var (profile, properties): ([UInt8], [UInt8]) = ([], [])
    while true {
      guard offset + 12 <= bytes.count else {
        throw ImageFileError(
          file: name,
          problem: "truncated PNG: \(bytes.count) bytes, expected another chunk at byte \(offset) up to IEND")
      }
      let length = Int(Self.bigEndian(bytes, at: offset))
      let type = String(decoding: bytes[offset + 4..<offset + 8], as: UTF8.self)
      guard length <= bytes.count - offset - 12 else {
        throw ImageFileError(
          file: name,
          problem:
            "truncated PNG: chunk \(Self.printable(type)) at byte \(offset) states \(length) bytes of data,"
            + " \(bytes.count - offset - 12) are left")
      }
      let end = offset + 8 + length
      guard CRC32.checksum(bytes[offset + 4..<end]) == Self.bigEndian(bytes, at: end) else {
        throw ImageFileError(
          file: name,
          problem: "damaged PNG: wrong checksum of chunk \(Self.printable(type)) at byte \(offset)")
      }
      let contents = bytes[offset + 8..<end]
      if type == "eXIf" { exif = Array(contents) }
      if let text = PNGText(type: type, contents) {
        profile = text.exif ?? profile
        properties = text.properties ?? properties
      }
      let isCritical = bytes[offset + 4] & 0x20 == 0
      if isCritical || Self.keptTypes.contains(type) { plain += bytes[offset..<end + 4] }
      if type == "IEND" { break }
      offset = end + 4
    }
    self.plain = plain
    orientation = Orientation(exif: exif ?? profile) ?? Orientation(properties: properties) ?? .upright
  }

  private static func bigEndian(_ bytes: [UInt8], at offset: Int) -> UInt32 {
    bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func printable(_ type: String) -> String {
    type.allSatisfy { $0.isASCII && $0.isLetter } ? type : "(unreadable type)"
  }
}

/// CRC-32 with the polynomial of PNG and zip files (0xEDB88320, reflected).
private enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { start in
    (0..<8).reduce(UInt32(start)) { value, _ in
      value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
    }
  }

  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    table.withUnsafeBufferPointer { table in
      ~bytes.reduce(~0) { value, byte in
        table[Int((value ^ UInt32(byte)) & 0xFF)] ^ (value >> 8)
      }
    }
  }
}
