/// Writes PNG files of any colour type byte by byte, without libpng and without compression.
struct HandmadePNG {
  var width: Int
  var height: Int
  var bitDepth: UInt8
  /// 0 gray, 2 RGB, 3 palette, 4 gray with alpha, 6 RGB with alpha (PNG specification 11.2.2).
  var colorType: UInt8
  /// Packed samples of each row, without the filter byte.
  var rows: [[UInt8]]
  var palette: [UInt8] = []
  var paletteAlpha: [UInt8] = []
  /// 1 for rows in the seven passes of Adam7.
  var interlacing: UInt8 = 0
  /// Chunks between header and palette.
  var chunks: [(type: String, data: [UInt8])] = []

  var file: [UInt8] {
    var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let header = Self.bigEndian(UInt32(width)) + Self.bigEndian(UInt32(height))
    bytes += Self.chunk("IHDR", header + [bitDepth, colorType, 0, 0, interlacing])
    for (type, data) in chunks { bytes += Self.chunk(type, data) }
    if !palette.isEmpty { bytes += Self.chunk("PLTE", palette) }
    if !paletteAlpha.isEmpty { bytes += Self.chunk("tRNS", paletteAlpha) }
    bytes += Self.chunk("IDAT", Self.storedZlib(rows.flatMap { [0] + $0 }))
    return bytes + Self.chunk("IEND", [])
  }

  /// A zlib stream of one stored block (RFC 1950, RFC 1951 3.2.4).
  private static func storedZlib(_ data: [UInt8]) -> [UInt8] {
    let count = UInt16(data.count)
    var (low, high): (UInt32, UInt32) = (1, 0)
    for byte in data {
      low = (low + UInt32(byte)) % 65_521
      high = (high + low) % 65_521
    }
    let lengths = [UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8)]
    return [0x78, 0x01, 0x01] + lengths + data + bigEndian(high << 16 | low)
  }

  static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian(UInt32(data.count)) + body + bigEndian(checksum(body))
  }

  /// CRC-32 bit by bit, as the PNG specification defines it (annex D).
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var remainder: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      remainder ^= UInt32(byte)
      for _ in 0..<8 {
        remainder = remainder & 1 == 1 ? (remainder >> 1) ^ 0xEDB8_8320 : remainder >> 1
      }
    }
    return ~remainder
  }

  static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
