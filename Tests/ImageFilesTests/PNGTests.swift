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
