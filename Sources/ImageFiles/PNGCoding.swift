import CPNG

/// PNG through the simplified interface of libpng.
enum PNGCoding {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  static func decode(_ bytes: [UInt8], name: String) throws -> PixelImage {
    try decodeWithOpacity(bytes, name: name).image
  }

  /// The image, and its alpha as a gray image where the file has one.
  static func decodeWithOpacity(
    _ bytes: [UInt8], name: String
  ) throws -> (image: PixelImage, opacity: PixelImage?) {
    // libpng stops reading once it has all rows: it would miss a lost end and damage after the last row.
    let chunks = try PNGChunks(bytes, name: name)
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    return try chunks.plain.withUnsafeBytes { source in
      guard png_image_begin_read_from_memory(&image, source.baseAddress, source.count) != 0 else {
        throw failure(&image, name: name, expected: "a readable PNG header")
      }
      let (picture, opacity) = try readPixels(&image, name: name)
      return (picture.upright(chunks.orientation), opacity?.upright(chunks.orientation))
    }
  }

  private static func readPixels(
    _ image: inout png_image, name: String
  ) throws -> (image: PixelImage, opacity: PixelImage?) {
    let (width, height) = (Int(image.width), Int(image.height))
    try PixelImage.requireSize(width: width, height: height, name: name)
    let channels = image.format & PNG_FORMAT_FLAG_COLOR != 0 ? 3 : 1
    let hasAlpha = image.format & PNG_FORMAT_FLAG_ALPHA != 0
    image.format =
      (channels == 3 ? PNG_FORMAT_FLAG_COLOR : 0) | (hasAlpha ? PNG_FORMAT_FLAG_ALPHA : 0)
    // Without this, 16-bit samples in a file that states no gamma are taken as linear light and brightened.
    image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
    let samples = channels + (hasAlpha ? 1 : 0)
    var pixels = [UInt8](repeating: 0, count: width * height * samples)
    let succeeded = pixels.withUnsafeMutableBytes { buffer in
      png_image_finish_read(&image, nil, buffer.baseAddress, png_int_32(width * samples), nil) != 0
    }
    guard succeeded else { throw failure(&image, name: name, expected: "complete PNG pixel data") }
    var opacity: PixelImage?
    if hasAlpha {
      let alpha = stride(from: channels, to: pixels.count, by: samples).map { pixels[$0] }
      opacity = PixelImage(width: width, height: height, channels: 1, bytes: alpha)
      pixels = withoutAlpha(pixels, samples: samples)
    }
    return (PixelImage(width: width, height: height, channels: channels, bytes: pixels), opacity)
  }

  private static func withoutAlpha(_ pixels: [UInt8], samples: Int) -> [UInt8] {
    var kept: [UInt8] = []
    kept.reserveCapacity(pixels.count / samples * (samples - 1))
    for start in stride(from: 0, to: pixels.count, by: samples) {
      kept.append(contentsOf: pixels[start..<start + samples - 1])
    }
    return kept
  }

  static func encode(_ picture: PixelImage) throws -> [UInt8] {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    image.width = UInt32(picture.width)
    image.height = UInt32(picture.height)
    image.format = picture.channels == 3 ? PNG_FORMAT_FLAG_COLOR : 0
    defer { png_image_free(&image) }
    let rowStride = png_int_32(picture.width * picture.channels)
    // The first call only measures.
    var size = 0
    var file: [UInt8] = []
    for _ in 0..<2 {
      file = [UInt8](repeating: 0, count: size)
      let measuring = file.isEmpty
      let succeeded = picture.bytes.withUnsafeBytes { pixels in
        file.withUnsafeMutableBytes { target in
          png_image_write_to_memory(
            &image, measuring ? nil : target.baseAddress, &size, 0, pixels.baseAddress, rowStride, nil)
        }
      }
      guard succeeded != 0 else {
        throw failure(&image, name: "PNG in memory", expected: "to encode \(picture.width)x\(picture.height)")
      }
    }
    file.removeLast(file.count - size)
    return file
  }

  private static func failure(_ image: inout png_image, name: String, expected: String) -> ImageFileError {
    let reason = withUnsafeBytes(of: &image.message) { message in
      String(decoding: message.prefix { $0 != 0 }, as: UTF8.self)
    }
    return ImageFileError(file: name, problem: "expected \(expected), libpng reports: \(reason)")
  }
}
