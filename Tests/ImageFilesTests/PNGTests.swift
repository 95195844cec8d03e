import ImageFiles
import Testing

struct PNGTests {
  @Test("a picture written as PNG comes back pixel for pixel", arguments: [(5, 3, 1), (4, 7, 3), (1, 1, 3)])
  func roundTrip(width: Int, height: Int, channels: Int) throws {
    let picture = PixelImage(
      width: width, height: height, channels: channels,
      bytes: (0..<width * height * channels).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) })
    #expect(try PixelImage.decode(picture.pngData(), name: "round.png") == picture)
  }

  @Test("gray, palette, alpha and 16-bit files become gray or RGB of 8 bits")
  func colorTypes() throws {
    let gray = HandmadePNG(
      width: 3, height: 2, bitDepth: 8, colorType: 0, rows: [[0, 128, 255], [7, 8, 9]])
    #expect(try decode(gray) == [0, 128, 255, 7, 8, 9])
    #expect(try PixelImage.decode(gray.file, name: "gray").channels == 1)

    let oneBit = HandmadePNG(width: 5, height: 1, bitDepth: 1, colorType: 0, rows: [[0b1011_0000]])
    #expect(try decode(oneBit) == [255, 0, 255, 255, 0])

    let color = HandmadePNG(width: 2, height: 1, bitDepth: 8, colorType: 2, rows: [[1, 2, 3, 200, 210, 220]])
    #expect(try decode(color) == [1, 2, 3, 200, 210, 220])

    let palette = HandmadePNG(
      width: 3, height: 1, bitDepth: 8, colorType: 3, rows: [[1, 0, 1]], palette: [10, 20, 30, 40, 50, 60])
    #expect(try decode(palette) == [40, 50, 60, 10, 20, 30, 40, 50, 60])

    let seeThroughPalette = HandmadePNG(
      width: 2, height: 1, bitDepth: 8, colorType: 3, rows: [[1, 0]], palette: [10, 20, 30, 40, 50, 60],
      paletteAlpha: [0, 90])
    #expect(try decode(seeThroughPalette) == [40, 50, 60, 10, 20, 30])

    let grayAlpha = HandmadePNG(width: 2, height: 1, bitDepth: 8, colorType: 4, rows: [[77, 0, 99, 128]])
    #expect(try decode(grayAlpha) == [77, 99])

    let colorAlpha = HandmadePNG(
      width: 2, height: 1, bitDepth: 8, colorType: 6, rows: [[9, 8, 7, 0, 250, 251, 252, 3]])
    #expect(try decode(colorAlpha) == [9, 8, 7, 250, 251, 252])

    let deepGray = HandmadePNG(
      width: 3, height: 1, bitDepth: 16, colorType: 0, rows: [[0, 0, 0x80, 0x80, 0xFF, 0xFF]])
    #expect(try decode(deepGray) == [0, 128, 255])

    let deepColor = HandmadePNG(
      width: 1, height: 1, bitDepth: 16, colorType: 2, rows: [[0x12, 0x12, 0x34, 0x34, 0x56, 0x56]])
    #expect(try decode(deepColor) == [0x12, 0x34, 0x56])
  }

  @Test("how opaque the pixels of a file are, where it says so")
  func opacity() throws {
    let color = HandmadePNG(
      width: 2, height: 1, bitDepth: 8, colorType: 6, rows: [[9, 8, 7, 0, 250, 251, 252, 3]])
    #expect(
      try PixelImage.opacity(color.file, name: "color")
        == PixelImage(width: 2, height: 1, channels: 1, bytes: [0, 3]))
    let gray = HandmadePNG(width: 2, height: 1, bitDepth: 8, colorType: 4, rows: [[77, 200, 99, 128]])
    #expect(try PixelImage.opacity(gray.file, name: "gray")?.bytes == [200, 128])
    let palette = HandmadePNG(
      width: 2, height: 1, bitDepth: 8, colorType: 3, rows: [[1, 0]], palette: [10, 20, 30, 40, 50, 60],
      paletteAlpha: [0, 90])
    #expect(try PixelImage.opacity(palette.file, name: "palette")?.bytes == [90, 0])
    let opaque = HandmadePNG(width: 2, height: 1, bitDepth: 8, colorType: 0, rows: [[0, 128]])
    #expect(try PixelImage.opacity(opaque.file, name: "opaque") == nil)
    let photo = PixelImage(width: 2, height: 1, channels: 1, bytes: [0, 128])
    #expect(try PixelImage.opacity(photo.jpegData(), name: "photo") == nil)
  }

  @Test(
    "what a file says of how it is to be shown leaves the samples as they are stored",
    arguments: [
      ("gAMA", HandmadePNG.bigEndian(45_455)), ("gAMA", HandmadePNG.bigEndian(100_000)),
      ("gAMA", HandmadePNG.bigEndian(10_000)), ("sRGB", [0]), ("sBIT", [3, 3, 3]),
      ("cHRM", (0..<8).flatMap { HandmadePNG.bigEndian(10_000 + 5_000 * $0) }),
      // A profile that cannot be read.
      ("iCCP", Array("p".utf8) + [0, 0, 1, 2, 3]),
    ] as [(String, [UInt8])])
  func storedSamples(type: String, data: [UInt8]) throws {
    let levels: [UInt8] = [0, 1, 17, 100, 128, 200, 254, 255, 60]
    let color = HandmadePNG(
      width: 3, height: 1, bitDepth: 8, colorType: 2, rows: [levels], chunks: [(type, data)])
    #expect(try decode(color) == levels)
    let palette = HandmadePNG(
      width: 3, height: 1, bitDepth: 8, colorType: 3, rows: [[0, 1, 2]], palette: levels,
      paletteAlpha: [9, 99], chunks: [(type, data)])
    #expect(try decode(palette) == levels)
    // 16 bits, each level with a second byte that rounding must heed; gray has one channel of significant bits.
    let deep = levels.flatMap { [$0, $0 < 128 ? 0 : 255] }
    let gray = HandmadePNG(
      width: 9, height: 1, bitDepth: 16, colorType: 0, rows: [deep],
      chunks: [(type, type == "sBIT" ? [3] : data)])
    let rounded = stride(from: 0, to: 18, by: 2).map { place in
      UInt8((Double(Int(deep[place]) << 8 | Int(deep[place + 1])) / 257).rounded())
    }
    #expect(try decode(gray) == rounded)
  }

  @Test("the seven passes of an interlaced file become rows, shades of two and four bits become levels")
  func passes() throws {
    let interlaced = HandmadePNG(
      width: 4, height: 3, bitDepth: 8, colorType: 0,
      rows: [[1], [3], [9, 11], [2, 4], [10, 12], [5, 6, 7, 8]], interlacing: 1)
    #expect(try decode(interlaced) == Array(1...12))
    let twoBit = HandmadePNG(width: 4, height: 1, bitDepth: 2, colorType: 0, rows: [[0b0001_1011]])
    #expect(try decode(twoBit) == [0, 85, 170, 255])
    let fourBit = HandmadePNG(width: 2, height: 1, bitDepth: 4, colorType: 0, rows: [[0x2F]])
    #expect(try decode(fourBit) == [34, 255])
    // A colour that stands for clear: the pixel keeps it.
    let clear = HandmadePNG(
      width: 2, height: 1, bitDepth: 8, colorType: 0, rows: [[7, 9]], chunks: [("tRNS", [0, 7])])
    #expect(try decode(clear) == [7, 9])
  }

  @Test("bytes after the end of the file are passed over")
  func trailing() throws {
    let picture = PixelImage(width: 6, height: 5, channels: 3, bytes: noise(90))
    #expect(try PixelImage.decode(picture.pngData() + noise(33), name: "more.png") == picture)
  }

  @Test("every cut of a PNG file is refused by name")
  func truncated() throws {
    let file = try PixelImage(width: 6, height: 5, channels: 3, bytes: noise(90)).pngData()
    for count in 0..<file.count {
      let error = #expect(throws: ImageFileError.self) {
        try PixelImage.decode(Array(file.prefix(count)), name: "cut.png")
      }
      #expect(error?.file == "cut.png")
    }
    let nearEnd = #expect(throws: ImageFileError.self) {
      try PixelImage.decode(Array(file.dropLast(12)), name: "cut.png")
    }
    #expect(nearEnd?.description.contains("cut.png: truncated PNG") == true)
  }

  @Test("every changed byte of a PNG file is noticed")
  func corrupt() throws {
    let file = try PixelImage(width: 6, height: 5, channels: 3, bytes: noise(90)).pngData()
    for position in file.indices {
      var damaged = file
      damaged[position] ^= 0x10
      #expect(throws: ImageFileError.self, "byte \(position)") {
        try PixelImage.decode(damaged, name: "damaged.png")
      }
    }
    var damaged = file
    damaged[file.count - 30] ^= 1
    let error = #expect(throws: ImageFileError.self) {
      try PixelImage.decode(damaged, name: "damaged.png")
    }
    #expect(
      error?.description.hasPrefix("damaged.png: damaged PNG: wrong checksum of chunk IDAT at byte") == true)
  }

  @Test("missing pixel rows are an error, not gray pixels")
  func missingRows() throws {
    let short = HandmadePNG(width: 3, height: 4, bitDepth: 8, colorType: 0, rows: [[1, 2, 3]])
    let error = #expect(throws: ImageFileError.self) { try PixelImage.decode(short.file, name: "short.png") }
    #expect(error?.description.hasPrefix("short.png: expected complete PNG pixel data, libpng") == true)
  }

  @Test("a PNG of excessive size is refused before its pixels are allocated")
  func sizeLimit() throws {
    let wide = HandmadePNG(width: 16_385, height: 2, bitDepth: 8, colorType: 0, rows: [[1]])
    let wideError = #expect(throws: ImageFileError.self) {
      try PixelImage.decode(wide.file, name: "wide.png")
    }
    #expect(
      wideError?.description == "wide.png: size 16385x2, expected sides of 1 to 16384 pixels")
    let large = HandmadePNG(width: 16_000, height: 16_000, bitDepth: 8, colorType: 2, rows: [[1]])
    let largeError = #expect(throws: ImageFileError.self) {
      try PixelImage.decode(large.file, name: "large.png")
    }
    #expect(largeError?.problem == "size 16000x16000, expected at most 67108864 pixels in all")
  }

  private func decode(_ png: HandmadePNG) throws -> [UInt8] {
    let image = try PixelImage.decode(png.file, name: "handmade.png")
    #expect(image.width == png.width && image.height == png.height)
    return image.bytes
  }
}

/// Bytes without a pattern a compressor could use.
func noise(_ count: Int) -> [UInt8] {
  var state: UInt32 = 2_463_534_242
  return (0..<count).map { _ in
    state ^= state << 13
    state ^= state >> 17
    state ^= state << 5
    return UInt8(truncatingIfNeeded: state)
  }
}
