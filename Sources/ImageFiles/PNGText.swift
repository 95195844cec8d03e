import CZLib

/// A text chunk of a PNG file that may hold metadata (PNG specification 11.3.3), compressed or not.
struct PNGText {
  let keyword: [UInt8]
  let text: [UInt8]

  /// Metadata beyond this is passed over.
  private static let largestByteCount = 1 << 20

  private static let exifKeyword = Array("Raw profile type exif".utf8)
  private static let propertiesKeyword = Array("XML:com.adobe.xmp".utf8)
  /// Deflate gives at most 258 bytes for two bits.
  private static let largestExpansion = 1032

  /// The chunk of a type with these contents; nil for other types and keywords, and for text that is damaged.
  init?(type: String, _ contents: ArraySlice<UInt8>) {
    guard ["tEXt", "zTXt", "iTXt"].contains(type), let end = contents.firstIndex(of: 0) else { return nil }
    keyword = Array(contents[..<end])
    guard keyword == Self.exifKeyword || keyword == Self.propertiesKeyword else { return nil }
    var rest = contents[(end + 1)...]
    var isCompressed = type == "zTXt"
    if type == "iTXt" {
      guard let flag = rest.popFirst() else { return nil }
      isCompressed = flag != 0
    }
    // The method of compression, of which there is one.
    if type != "tEXt", rest.popFirst() != 0 { return nil }
    if type == "iTXt" {
      // Language and translated keyword.
      let parts = rest.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return nil }
      rest = parts[2]
    }
    guard let text = isCompressed ? Self.inflated(Array(rest)) : Array(rest) else { return nil }
    self.text = text
  }

  /// Exif data as ImageMagick writes it before there was a chunk for it: a line break, the kind, a line break, the
  /// length, a line break, then hexadecimal digits in lines.
  var exif: [UInt8]? {
    guard keyword == Self.exifKeyword else { return nil }
    let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropFirst(3)
    let digits = lines.joined().compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }

  /// XMP.
  var properties: [UInt8]? { keyword == Self.propertiesKeyword ? text : nil }

  private static func inflated(_ compressed: [UInt8]) -> [UInt8]? {
    let size = min(largestByteCount, compressed.count * largestExpansion)
    var text = [UInt8](repeating: 0, count: size)
    var count = uLongf(size)
    guard uncompress(&text, &count, compressed, uLong(compressed.count)) == Z_OK else { return nil }
    return Array(text[..<Int(count)])
  }
}
