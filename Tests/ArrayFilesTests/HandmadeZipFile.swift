import ArrayFiles
import Foundation

/// One entry of a handmade zip file; every field can be set wrong.
struct ZipPart {
  var name: Data
  var localName: Data
  var content: Data
  var checksum: UInt32
  var declaredCount: Int
  var method: UInt16 = 0
  var flags: UInt16 = 0

  init(_ name: String, _ content: Data) {
    self.name = Data(name.utf8)
    localName = self.name
    self.content = content
    checksum = bitwiseChecksum(of: content)
    declaredCount = content.count
  }
}

/// A zip file of stored entries, laid out after the format description, apart from the reader.
///
/// `isWide` puts every size into 64-bit fields; `sharesData` lets all entries name the first one's bytes.
func zipped(_ parts: [ZipPart], comment: String = "", isWide: Bool = false, sharesData: Bool = false) -> Data
{
  var file = Data()
  var directory = Data()
  for part in parts {
    let offset = sharesData ? 0 : file.count
    if !sharesData || file.isEmpty {
      file.append(0x0403_4B50 as UInt32)
      for field in [45, part.flags, part.method, 0, 0] as [UInt16] { file.append(field) }
      file.append(part.checksum)
      file.append(UInt32(part.content.count))
      file.append(UInt32(part.declaredCount))
      file.append(UInt16(part.localName.count))
      file.append(0 as UInt16)
      file += part.localName + part.content
    }
    directory.append(0x0201_4B50 as UInt32)
    for field in [45, 45, part.flags, part.method, 0, 0] as [UInt16] { directory.append(field) }
    directory.append(part.checksum)
    directory.append(isWide ? UInt32.max : UInt32(part.content.count))
    directory.append(isWide ? UInt32.max : UInt32(part.declaredCount))
    directory.append(UInt16(part.name.count))
    directory.append(isWide ? 36 : 0 as UInt16)
    for field in [0, 0, 0, 0, 0] as [UInt16] { directory.append(field) }
    directory.append(isWide ? UInt32.max : UInt32(offset))
    directory += part.name
    if isWide {
      // An unrelated field first: tag 0xCAFE, 4 bytes.
      for field in [0xCAFE, 4, 1, 2, 1, 24] as [UInt16] { directory.append(field) }
      for size in [part.declaredCount, part.content.count, offset] { directory.append(UInt64(size)) }
    }
  }
  let start = file.count
  file += directory
  if isWide {
    let end = file.count
    file.append(0x0606_4B50 as UInt32)
    file.append(44 as UInt64)
    for field in [45, 45, 0, 0, 0, 0] as [UInt16] { file.append(field) }
    for field in [parts.count, parts.count, directory.count, start] { file.append(UInt64(field)) }
    file.append(0x0706_4B50 as UInt32)
    file.append(0 as UInt32)
    file.append(UInt64(end))
    file.append(1 as UInt32)
  }
  file.append(0x0605_4B50 as UInt32)
  let count = isWide ? UInt16.max : UInt16(parts.count)
  for field in [0, 0, count, count] as [UInt16] { file.append(field) }
  file.append(isWide ? UInt32.max : UInt32(directory.count))
  file.append(isWide ? UInt32.max : UInt32(start))
  file.append(UInt16(comment.utf8.count))
  return file + Data(comment.utf8)
}

/// A .npy array with any header text.
func npy(_ dictionary: String, _ elements: Data, version: UInt8 = 1) -> Data {
  var file = Data([0x93]) + Data("NUMPY".utf8) + Data([version, 0])
  if version == 1 {
    file.append(UInt16(dictionary.utf8.count))
  } else {
    file.append(UInt32(dictionary.utf8.count))
  }
  return file + Data(dictionary.utf8) + elements
}

/// A sound entry: two 16-bit integers, 1 and -1.
func sound(_ name: String) -> ZipPart {
  ZipPart(
    name + ".npy",
    npy("{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }", Data([1, 0, 0xFF, 0xFF])))
}

/// The same entry as one uncompressed block of deflate data, 5 bytes longer than its content.
func deflated(_ name: String) -> ZipPart {
  var part = sound(name)
  part.method = 8
  let count = UInt16(part.content.count)
  var block = Data([1])
  block.append(count)
  block.append(~count)
  part.content = block + part.content
  return part
}

/// CRC-32 one bit at a time, from its definition.
private func bitwiseChecksum(of bytes: Data) -> UInt32 {
  var remainder = UInt32.max
  for byte in bytes {
    remainder ^= UInt32(byte)
    for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 == 1 ? 0xEDB8_8320 : 0) }
  }
  return ~remainder
}

extension Data {
  fileprivate mutating func append<Word: FixedWidthInteger>(_ word: Word) {
    Swift.withUnsafeBytes(of: word.littleEndian) { append(contentsOf: $0) }
  }
}
