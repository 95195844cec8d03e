import ImageFiles
import Testing

/// Expected pixels: Pillow 13's `ImageOps.exif_transpose` of `Image.frombytes("L", (3, 2), bytes(range(6)))`.
struct OrientationTests {
  private static let turned: [(orientation: Int, width: Int, pixels: [UInt8])] = [
    (0, 3, [0, 1, 2, 3, 4, 5]), (1, 3, [0, 1, 2, 3, 4, 5]), (2, 3, [2, 1, 0, 5, 4, 3]),
    (3, 3, [5, 4, 3, 2, 1, 0]), (4, 3, [3, 4, 5, 0, 1, 2]), (5, 2, [0, 3, 1, 4, 2, 5]),
    (6, 2, [3, 0, 4, 1, 5, 2]), (7, 2, [5, 2, 4, 1, 3, 0]), (8, 2, [2, 5, 1, 4, 0, 3]),
    (9, 3, [0, 1, 2, 3, 4, 5]),
  ]

  @Test("a PNG is turned as its eXIf chunk says, in both byte orders", arguments: turned)
  func png(orientation: Int, width: Int, pixels: [UInt8]) throws {
    for isBigEndian in [false, true] {
      let exif = exif(orientation, isBigEndian: isBigEndian)
      for data in [exif, Array("Exif\0\0".utf8) + exif] {
        let image = try PixelImage.decode(ramp([("eXIf", data)]), name: "turned.png")
        #expect(image == PixelImage(width: width, height: 6 / width, channels: 1, bytes: pixels))
      }
    }
  }

  @Test("a JPEG is turned as its Exif segment says, colours and all", arguments: turned)
  func jpeg(orientation: Int, width: Int, pixels: [UInt8]) throws {
    let plain = try blocks().jpegData(quality: 100)
    let first = Self.segment(Array("Exif\0\0".utf8) + exif(orientation, isBigEndian: true))
    // Another segment before it, then XMP that says otherwise.
    let before = Self.segment(Array("http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation=\"3\"/>".utf8))
    for segments in [first, before + first] {
      let image = try PixelImage.decode(inserted(segments, into: plain), name: "turned.jpg")
      #expect(image.width == 8 * width && image.height == 8 * (6 / width) && image.channels == 3)
      let middles = pixels.indices.map { place in
        image.bytes[((place / width * 8 + 4) * image.width + place % width * 8 + 4) * 3]
      }
      #expect(middles == pixels.map { 40 * $0 })
    }
  }

  @Test("XMP counts where there is no Exif orientation")
  func properties() throws {
    func middles(_ segments: [UInt8]) throws -> [Int] {
      let image = try PixelImage.decode(
        inserted(segments, into: blocks().jpegData(quality: 100)), name: "xmp.jpg")
      return [image.width, image.height]
    }
    let start = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
    #expect(try middles(Self.segment(start + Array("<x tiff:Orientation=\"6\"/>".utf8))) == [16, 24])
    #expect(
      try middles(Self.segment(start + Array("<tiff:Orientation>8</tiff:Orientation>".utf8))) == [16, 24])
    #expect(try middles(Self.segment(start + Array("tiff:Orientation=6 tiff:O".utf8))) == [24, 16])
    #expect(try middles(Self.segment(Array("http://elsewhere\0tiff:Orientation=\"6\"".utf8))) == [24, 16])
    let text = Array("XML:com.adobe.xmp\0\0\0en\0words\0<x tiff:Orientation=\"5\"/>".utf8)
    #expect(try PixelImage.decode(ramp([("iTXt", text)]), name: "xmp.png").width == 2)
    // Compressed, `zlib.compress(b'tiff:Orientation="6"')`.
    let packed: [UInt8] = [
      120, 156, 43, 201, 76, 75, 179, 242, 47, 202, 76, 205, 43, 73, 44, 201, 204, 207, 179, 85, 50, 83, 2, 0,
      81, 65, 7, 39,
    ]
    let head = Array("XML:com.adobe.xmp\0\u{1}\0\0\0".utf8)
    #expect(try PixelImage.decode(ramp([("iTXt", head + packed)]), name: "xmp.png").width == 2)
    #expect(try PixelImage.decode(ramp([("iTXt", head + packed.dropLast(9))]), name: "xmp.png").width == 3)
    // Other texts do not matter, however many.
    let comment = Array("Comment\0\0".utf8) + packed
    let comments: [(type: String, data: [UInt8])] = Array(
      repeating: (type: "zTXt", data: comment), count: 500)
    #expect(try PixelImage.decode(ramp(comments), name: "texts.png").width == 3)
    #expect(
      try PixelImage.decode(ramp(comments + [(type: "iTXt", data: head + packed)]), name: "texts.png").width
        == 2)
    // As ImageMagick wrote Exif data, in lines of digits.
    let digits = exif(6, isBigEndian: true).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    let lines = digits.prefix(9).joined() + "\n" + digits.dropFirst(9).joined()
    let profile = Array("Raw profile type exif\0\nexif\n      38\n\(lines)\n".utf8)
    #expect(try PixelImage.decode(ramp([("tEXt", profile)]), name: "magick.png").width == 2)
  }

  @Test("an orientation that is cut, of another kind or out of range leaves the picture as it is")
  func malformed() throws {
    let whole = exif(6, isBigEndian: false)
    var files = (0..<whole.count - 4).map { Array(whole.prefix($0)) }
    files += [
      exif(65_535, isBigEndian: false), exif(6, isBigEndian: false, type: 2),
      exif(6, isBigEndian: true, type: 5),
    ]
    files += [exif(6, isBigEndian: false, count: 0), exif(6, isBigEndian: false, count: 9)]
    files += [exif(6, isBigEndian: false, tag: 0x0113)]
    var farAway = whole
    farAway.replaceSubrange(4..<8, with: [0xF0, 0xFF, 0xFF, 0xFF])
    var otherFormat = whole
    otherFormat[2] = 0x2B
    for data in files + [farAway, otherFormat] {
      let image = try PixelImage.decode(ramp([("eXIf", data)]), name: "odd.png")
      #expect(image.width == 3 && image.bytes == Array(0...5), "\(data)")
    }
    // The directory may lie anywhere, and the number may be long.
    let moved =
      Array(whole.prefix(4)) + [20, 0, 0, 0] + [UInt8](repeating: 7, count: 12) + whole.dropFirst(8)
    #expect(try PixelImage.decode(ramp([("eXIf", moved)]), name: "moved.png").width == 2)
    let long = exif(6, isBigEndian: true, type: 4)
    #expect(try PixelImage.decode(ramp([("eXIf", long)]), name: "long.png").width == 2)
  }

  /// A TIFF header, a directory with the maker's name, the orientation and no more.
  private func exif(_ value: Int, isBigEndian: Bool, tag: Int = 0x0112, type: Int = 3, count: Int = 1)
    -> [UInt8]
  {
    func number(_ value: Int, _ byteCount: Int) -> [UInt8] {
      let bytes = (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return isBigEndian ? bytes.reversed() : bytes
    }
    let maker = number(0x010F, 2) + number(2, 2) + number(4, 4) + Array("abc\0".utf8)
    let short = number(value, 2) + [0, 0]
    let entry = number(tag, 2) + number(type, 2) + number(count, 4) + (type == 4 ? number(value, 4) : short)
    let head: [UInt8] = isBigEndian ? [0x4D, 0x4D, 0, 0x2A] : [0x49, 0x49, 0x2A, 0]
    return head + number(8, 4) + number(2, 2) + maker + entry + number(0, 4)
  }

  /// Three pixels by two, 0 to 5.
  private func ramp(_ chunks: [(type: String, data: [UInt8])]) -> [UInt8] {
    HandmadePNG(
      width: 3, height: 2, bitDepth: 8, colorType: 0, rows: [[0, 1, 2], [3, 4, 5]], chunks: chunks
    ).file
  }

  /// Three flat blocks by two, red rising in steps of 40.
  private func blocks() -> PixelImage {
    let bytes = (0..<16).flatMap { row in
      (0..<24).flatMap { column -> [UInt8] in
        let level = UInt8(40 * (row / 8 * 3 + column / 8))
        return [level, level, level]
      }
    }
    return PixelImage(width: 24, height: 16, channels: 3, bytes: bytes)
  }

  /// An APP1 segment.
  private static func segment(_ contents: [UInt8]) -> [UInt8] {
    [0xFF, 0xE1, UInt8((contents.count + 2) >> 8), UInt8((contents.count + 2) & 255)] + contents
  }

  /// Segments after the first ones of a file: behind its JFIF header.
  private func inserted(_ segments: [UInt8], into file: [UInt8]) -> [UInt8] {
    let start = 4 + (Int(file[4]) << 8 | Int(file[5]))
    return Array(file[..<start]) + segments + Array(file[start...])
  }
}
