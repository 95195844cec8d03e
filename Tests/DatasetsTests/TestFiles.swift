import Datasets
import ImageFiles

/// An IDX file of bytes.
func idx(_ shape: [Int], _ values: [UInt8]) -> [UInt8] {
  [0, 0, 8, UInt8(shape.count)]
    + shape.flatMap { size in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) } } + values
}

/// A row of pixels counting up from `start` around 256.
func ramp(_ count: Int, from start: Int = 0) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: $0 + start) }
}

func picture(width: Int, height: Int, channels: Int, from start: Int) -> PixelImage {
  PixelImage(
    width: width, height: height, channels: channels, bytes: ramp(width * height * channels, from: start))
}

/// Writes tar archives header by header.
struct HandmadeTar {
  var bytes: [UInt8] = []

  /// An archive with these files, closed by two zero blocks.
  static func archive(_ files: [(path: String, contents: [UInt8])]) -> [UInt8] {
    var tar = HandmadeTar()
    for file in files { tar.add(file.path, file.contents) }
    return tar.closed
  }

  var closed: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

  mutating func add(
    _ path: String, _ contents: [UInt8], type: Character = "0", prefix: String = "", statedSize: Int? = nil,
    target: String = ""
  ) {
    bytes += Self.header(
      path, size: statedSize ?? contents.count, type: type, prefix: prefix, target: target)
    bytes += contents
    bytes += [UInt8](repeating: 0, count: (512 - contents.count % 512) % 512)
  }

  static func header(
    _ path: String, size: Int, type: Character, prefix: String, target: String
  ) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int) {
      block.replaceSubrange(offset..<offset + text.utf8.count, with: Array(text.utf8))
    }
    func octal(_ value: Int, digits: Int) -> String {
      let text = String(value, radix: 8)
      return String(repeating: "0", count: digits - text.count) + text
    }
    put(path, at: 0)
    put("0000644", at: 100)
    put(octal(size, digits: 11), at: 124)
    put("        ", at: 148)
    put(String(type), at: 156)
    put(target, at: 157)
    put("ustar", at: 257)
    put("00", at: 263)
    put(prefix, at: 345)
    put(octal(block.reduce(0) { $0 + Int($1) }, digits: 6) + "\0 ", at: 148)
    return block
  }
}

/// A gzip file (RFC 1952) of stored blocks: header, deflate blocks of type 0, CRC-32 and length.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var file: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
  func littleEndian(_ value: UInt32, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
  for start in stride(from: 0, through: bytes.count, by: 60_000) {
    let block = bytes[start..<min(bytes.count, start + 60_000)]
    file.append(start + 60_000 > bytes.count ? 1 : 0)
    file += littleEndian(UInt32(block.count), 2) + littleEndian(~UInt32(block.count), 2) + block
  }
  var remainder: UInt32 = 0xFFFF_FFFF
  for byte in bytes {
    remainder ^= UInt32(byte)
    for _ in 0..<8 { remainder = remainder & 1 == 1 ? (remainder >> 1) ^ 0xEDB8_8320 : remainder >> 1 }
  }
  return file + littleEndian(~remainder, 4) + littleEndian(UInt32(bytes.count), 4)
}

/// Count, height, width and channels.
func sizes(_ dataset: ImageDataset) -> [Int] {
  [dataset.count, dataset.height, dataset.width, dataset.channels]
}
