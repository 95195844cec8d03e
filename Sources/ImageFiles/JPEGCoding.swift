import CTurboJPEG

/// JPEG through the TurboJPEG interface of libjpeg-turbo (version 2 calls, which version 3 keeps).
enum JPEGCoding {
  static let signature: [UInt8] = [0xFF, 0xD8, 0xFF]

  static func decode(_ bytes: [UInt8], name: String) throws -> PixelImage {
    guard let decoder = tjInitDecompress() else {
      throw ImageFileError(file: name, problem: "expected a JPEG decoder, libjpeg-turbo could not start one")
    }
    defer { tjDestroy(decoder) }
    var (width, height, subsampling, colorspace) = (Int32(0), Int32(0), Int32(0), Int32(0))
    let size = UInt(bytes.count)
    guard
      tjDecompressHeader3(decoder, bytes, CUnsignedLong(size), &width, &height, &subsampling, &colorspace)
        == 0
    else { throw failure(decoder, name: name, expected: "a readable JPEG header") }
    guard width > 0, height > 0 else {
      throw ImageFileError(
        file: name, problem: "expected a readable JPEG header, found none with a size before the file ends")
    }
    try PixelImage.requireSize(width: Int(width), height: Int(height), name: name)
    let channels = try channelCount(colorspace, name: name)
    let format = channels == 3 ? TJPF_RGB : TJPF_GRAY
    // A file that ends early is only a warning to the decoder, which paints the rest gray.
    let flags = TJFLAG_STOPONWARNING | TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS
    var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * channels)
    let status = tjDecompress2(
      decoder, bytes, CUnsignedLong(size), &pixels, width, width * Int32(channels), height,
      Int32(format.rawValue), flags)
    guard status == 0 else { throw failure(decoder, name: name, expected: "complete JPEG pixel data") }
    return PixelImage(width: Int(width), height: Int(height), channels: channels, bytes: pixels)
  }

  private static func channelCount(_ colorspace: Int32, name: String) throws -> Int {
    switch colorspace {
    case Int32(TJCS_GRAY.rawValue): return 1
    case Int32(TJCS_RGB.rawValue), Int32(TJCS_YCbCr.rawValue): return 3
    default:
      throw ImageFileError(file: name, problem: "JPEG with CMYK colours, expected gray, RGB or YCbCr")
    }
  }

  static func encode(_ picture: PixelImage, quality: Int) throws -> [UInt8] {
    guard let encoder = tjInitCompress() else {
      throw ImageFileError(
        file: "JPEG in memory", problem: "expected a JPEG encoder, libjpeg-turbo could not start one")
    }
    defer { tjDestroy(encoder) }
    let format = picture.channels == 3 ? TJPF_RGB : TJPF_GRAY
    let subsampling = Int32((picture.channels == 3 ? TJSAMP_444 : TJSAMP_GRAY).rawValue)
    var buffer: UnsafeMutablePointer<UInt8>?
    var size: CUnsignedLong = 0
    defer { tjFree(buffer) }
    let status = tjCompress2(
      encoder, picture.bytes, Int32(picture.width), Int32(picture.width * picture.channels),
      Int32(picture.height), Int32(format.rawValue), &buffer, &size, subsampling, Int32(quality),
      TJFLAG_ACCURATEDCT)
    guard status == 0, let buffer else {
      throw failure(
        encoder, name: "JPEG in memory", expected: "to encode \(picture.width)x\(picture.height)")
    }
    return [UInt8](UnsafeBufferPointer(start: buffer, count: Int(size)))
  }

  private static func failure(_ handle: tjhandle, name: String, expected: String) -> ImageFileError {
    let reason = tjGetErrorStr2(handle).map { String(cString: $0) } ?? "no reason"
    let line = reason.split(whereSeparator: \.isNewline).joined(separator: "; ")
    return ImageFileError(file: name, problem: "expected \(expected), libjpeg-turbo reports: \(line)")
  }
}
