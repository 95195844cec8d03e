/// The markers of a JPEG file in the order of the file, up to the end of the image, found as libjpeg finds them:
/// stray bytes between them are passed over.
///
/// Source: ITU-T T.81, annex B.
struct JPEGMarkers: Sequence, IteratorProtocol {
  struct Marker {
    /// The byte after 0xFF.
    let code: UInt8
    /// Where its first 0xFF lies; there may be several.
    let start: Int
    /// What follows the length; empty for markers without one.
    let contents: Range<Int>
  }

  static let startOfScan: UInt8 = 0xDA
  static let application0: UInt8 = 0xE0, application1: UInt8 = 0xE1, application14: UInt8 = 0xEE
  private static let endOfImage: UInt8 = 0xD9
  private static let escapedByte: UInt8 = 0

  private let bytes: [UInt8]
  private var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next marker; nil after the end of the image, or where the file ends before it.
  mutating func next() -> Marker? {
    while offset + 1 < bytes.count {
      guard bytes[offset] == 0xFF else {
        offset += 1
        continue
      }
      let start = offset
      var position = offset + 1
      while position < bytes.count, bytes[position] == 0xFF { position += 1 }
      offset = position + 1
      guard position < bytes.count else { return nil }
      let code = bytes[position]
      if code == Self.escapedByte { continue }
      if code == Self.endOfImage { offset = bytes.count }
      if (0xD0...0xD9).contains(code) || code == 1 {
        return Marker(code: code, start: start, contents: position + 1..<position + 1)
      }
      guard position + 2 < bytes.count else { return nil }
      let length = Int(bytes[position + 1]) << 8 | Int(bytes[position + 2])
      guard length >= 2, position + 1 + length <= bytes.count else { return nil }
      offset = position + 1 + length
      return Marker(code: code, start: start, contents: position + 3..<offset)
    }
    return nil
  }

  /// Width, height and components of the picture, by its frame header; nil where there is none before the pixels.
  static func frame(of bytes: [UInt8]) -> (width: Int, height: Int, components: Int)? {
    for marker in JPEGMarkers(bytes) {
      if marker.code == startOfScan { return nil }
      // 0xC4, 0xC8 and 0xCC are tables and an extension.
      guard (0xC0...0xCF).contains(marker.code), ![0xC4, 0xC8, 0xCC].contains(marker.code) else { continue }
      let contents = Array(bytes[marker.contents].prefix(6))
      guard contents.count == 6 else { return nil }
      func number(_ index: Int) -> Int { Int(contents[index]) << 8 | Int(contents[index + 1]) }
      return (width: number(3), height: number(1), components: Int(contents[5]))
    }
    return nil
  }

  /// How the picture is to be turned, by the metadata before its pixels.
  static func orientation(of bytes: [UInt8]) -> Orientation {
    var (exif, properties): ([UInt8], [UInt8]) = ([], [])
    for marker in JPEGMarkers(bytes) {
      if marker.code == startOfScan { break }
      guard marker.code == application1 else { continue }
      let contents = bytes[marker.contents]
      if contents.starts(with: Orientation.exifIdentifier) {
        // Exif data beyond 64 KB goes on in the next segment.
        exif += contents.dropFirst(Orientation.exifIdentifier.count)
      } else if contents.starts(with: Orientation.propertiesIdentifier) {
        properties = Array(contents.dropFirst(Orientation.propertiesIdentifier.count))
      }
    }
    return Orientation(exif: exif) ?? Orientation(properties: properties) ?? .upright
  }
}
