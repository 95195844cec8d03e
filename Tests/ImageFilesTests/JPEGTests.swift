import Foundations
import ImageFiles
import Testing

struct JPEGTests {
  @Test("a smooth picture survives JPEG within two levels", arguments: [(19, 13, 1), (17, 9, 3)])
  func roundTrip(width: Int, height: Int, channels: Int) throws {
    let picture = smooth(width: width, height: height, channels: channels)
    let decoded = try PixelImage.decode(picture.jpegData(quality: 100), name: "round.jpg")
    #expect(decoded.width == width && decoded.height == height && decoded.channels == channels)
    let largest = zip(decoded.bytes, picture.bytes).map { abs(Int($0) - Int($1)) }.max()
    #expect(largest.map { $0 <= 2 } == true, "largest difference \(largest ?? -1)")
  }

  @Test("every cut of a JPEG file is refused by name")
  func truncated() throws {
    let file = try smooth(width: 16, height: 8, channels: 3).jpegData()
    for count in 0..<file.count {
      let error = #expect(throws: ImageFileError.self, "first \(count) of \(file.count) bytes") {
        try PixelImage.decode(Array(file.prefix(count)), name: "cut.jpg")
      }
      #expect(error?.file == "cut.jpg")
    }
    let error = #expect(throws: ImageFileError.self) {
      try PixelImage.decode(Array(file.prefix(file.count - 10)), name: "cut.jpg")
    }
    #expect(error?.description.hasPrefix("cut.jpg: expected complete JPEG pixel data, libjpeg-turbo") == true)
  }

  @Test("a JPEG with a marker in place of pixel data is refused")
  func corrupt() throws {
    var file = try smooth(width: 32, height: 24, channels: 3).jpegData()
    let middle = file.count - 40
    file.replaceSubrange(middle..<middle + 4, with: [0xFF, 0xD9, 0xFF, 0xD9])
    let error = #expect(throws: ImageFileError.self) { try PixelImage.decode(file, name: "damaged.jpg") }
    #expect(error?.description.hasPrefix("damaged.jpg: expected complete JPEG pixel data") == true)

    let noHeader: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0] + noise(40)
    let headerError = #expect(throws: ImageFileError.self) {
      try PixelImage.decode(noHeader, name: "header.jpg")
    }
    #expect(headerError?.description.hasPrefix("header.jpg: expected a readable JPEG header") == true)
  }

  @Test("no flipped bit is hidden by taking the pixel data that it leaves over for stray bytes")
  func flippedBits() throws {
    let file = try textured(96).jpegData()
    let plain = try PixelImage.decode(file, name: "plain.jpg")
    let end = file.count - 2
    let start = try #require((0..<end).last { file[$0] == 0xFF && file[$0 + 1] == 0xDA }) + 10
    #expect(end - start > 1000)
    var refused = 0
    for step in 0..<200 {
      var changed = file
      changed[start + step * (end - start) / 200] ^= 1 << UInt8(step % 8)
      guard (try? PixelImage.decode(changed, name: "flip.jpg")) != nil else {
        refused += 1
        continue
      }
      // What is read needs all of its pixel data but for 8 stray bytes and 8 read ahead.
      changed.removeSubrange(end - 24..<end)
      #expect(throws: ImageFileError.self, "step \(step)") {
        try PixelImage.decode(changed, name: "cut.jpg")
      }
    }
    #expect(refused > 0)
    let stray = (0..<40).map { UInt8(17 + 5 * $0) }
    #expect(
      try PixelImage.decode(Array(file[..<end] + stray[..<4] + file[end...]), name: "few.jpg") == plain)
    let error = #expect(throws: ImageFileError.self) {
      try PixelImage.decode(Array(file[..<end] + stray + file[end...]), name: "many.jpg")
    }
    #expect(error?.description.contains("extraneous bytes before marker 0xd9") == true)
  }

  @Test("a file with very many places for stray bytes is refused without a copy for each")
  func manyPlaces() throws {
    let file = try textured(96).jpegData()
    let end = file.count - 2
    // Every marker may have two stray bytes before it.
    let marker: [UInt8] = [1, 2, 0xFF, 0xD0]
    let markers: [UInt8] = [1, 2, 3] + Array(repeatElement(marker, count: 30_000).joined())
    #expect(throws: ImageFileError.self) {
      try PixelImage.decode(Array(file[..<end] + markers + file[end...]), name: "many.jpg")
    }
  }

  private func textured(_ side: Int) -> PixelImage {
    let bytes = (0..<side * side).map { place -> UInt8 in
      let (row, column) = (place / side, place % side)
      let level = row * row * 3 + column * (column * 7 + row * 5)
      return UInt8(level / 16 % 256)
    }
    return PixelImage(width: side, height: side, channels: 1, bytes: bytes)
  }

  @Test("the decoder reproduces flat gray blocks exactly, as the DC term alone prescribes")
  func flatBlocks() throws {
    let picture = PixelImage(width: 8, height: 8, channels: 1, bytes: [UInt8](repeating: 131, count: 64))
    #expect(try PixelImage.decode(picture.jpegData(quality: 100), name: "flat.jpg") == picture)
  }

  @Test("files that are neither PNG nor JPEG are refused with their first bytes")
  func unknown() {
    let text = #expect(throws: ImageFileError.self) {
      try PixelImage.decode(Array("GIF89a".utf8), name: "picture.gif")
    }
    #expect(
      text?.description
        == "picture.gif: starts with bytes 47 49 46 38, expected the signature of a PNG or JPEG")
    let empty = #expect(throws: ImageFileError.self) { try PixelImage.decode([], name: "empty.jpg") }
    #expect(empty?.description == "empty.jpg: empty file, expected a PNG or JPEG image")
  }

  @Test("an error stays on one line whatever the file is called")
  func oneLine() {
    let error = ImageFileError(file: "a\nb\u{2028}.png", problem: "ends\r\nhere")
    #expect(error.description == "a\\nb\\u{2028}.png: ends\\r\\nhere")
  }

  private func smooth(width: Int, height: Int, channels: Int) -> PixelImage {
    var bytes: [UInt8] = []
    for row in 0..<height {
      for column in 0..<width {
        for channel in 0..<channels { bytes.append(UInt8(60 + 3 * row + 2 * column + 20 * channel)) }
      }
    }
    return PixelImage(width: width, height: height, channels: channels, bytes: bytes)
  }
}
