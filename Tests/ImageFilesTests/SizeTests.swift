import ImageFiles
import Testing

/// The size of a picture, read without its pixels.
@Suite struct SizeTests {
  private let picture = PixelImage(width: 5, height: 3, channels: 3, bytes: [UInt8](repeating: 90, count: 45))

  @Test("is what PNG and JPEG files state, also where the pixels are lost")
  func stated() throws {
    for bytes in [try picture.pngData(), try picture.jpegData()] {
      for part in [bytes, Array(bytes.dropLast(12))] {
        let size = try #require(PixelImage.statedSize(of: part))
        #expect(size.width == 5 && size.height == 3)
      }
    }
  }

  @Test("is that of a huge picture in a small file, which is refused later")
  func huge() throws {
    var bytes = try picture.pngData()
    bytes.replaceSubrange(16..<24, with: [0, 0, 0x3F, 0, 0x7F, 0xFF, 0xFF, 0xFF])
    let size = try #require(PixelImage.statedSize(of: bytes))
    #expect(size.width == 0x3F00 && size.height == 0x7FFF_FFFF)
    #expect(throws: ImageFileError.self) { _ = try PixelImage.decode(bytes, name: "huge") }
  }

  @Test("is none of what is no picture or ends before its size")
  func none() throws {
    let png = try picture.pngData()
    for bytes in [[], [1, 2, 3], Array(png.prefix(23)), Array(try picture.jpegData().prefix(20))] {
      #expect(PixelImage.statedSize(of: bytes) == nil)
    }
  }
}
