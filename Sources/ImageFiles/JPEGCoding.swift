import CTurboJPEG

/// JPEG through the TurboJPEG interface of libjpeg-turbo (version 2 calls, which version 3 keeps).
enum JPEGCoding {
  static let signature: [UInt8] = [0xFF, 0xD8, 0xFF]

  /// How many mended files are decoded before the first warning counts.
  private static let largestRepairCount = 64

  static func decode(_ bytes: [UInt8], name: String) throws -> PixelImage {
    var repairs = largestRepairCount
    return try decode(bytes, name: name, repairs: &repairs).upright(JPEGMarkers.orientation(of: bytes))
  }

  /// The pixels of a file, mended where libjpeg-turbo warns of what no pixel depends on.
  private static func decode(_ bytes: [UInt8], name: String, repairs: inout Int) throws -> PixelImage {
    do {
      return try pixels(of: bytes, name: name)
    } catch let failure as Failure {
      // Files that are whole after one repair come first, so that no wrong repair uses up the tries.
      var others: [JPEGRepair] = []
      for repair in JPEGRepair.candidates(for: failure.reason, in: bytes, atMost: repairs) {
        let mended = repair.applied(to: bytes)
        if mended == bytes { continue }
        repairs -= 1
        if let image = try? pixels(of: mended, name: name) { return image }
        others.append(repair)
      }
      for repair in others where repairs > 0 {
        if let image = try? decode(repair.applied(to: bytes), name: name, repairs: &repairs) { return image }
      }
      throw failure.error(name: name)
    }
  }

  private static func pixels(of bytes: [UInt8], name: String) throws -> PixelImage {
    guard let decoder = tjInitDecompress() else {
      throw ImageFileError(file: name, problem: "expected a JPEG decoder, libjpeg-turbo could not start one")
    }
    defer { tjDestroy(decoder) }
    // Not by the decoder's own header call, which refuses some samplings that it can decode.
    guard let frame = JPEGMarkers.frame(of: bytes) else {
      throw ImageFileError(
        file: name, problem: "expected a readable JPEG header, found none with a size before the file ends")
    }
    try PixelImage.requireSize(width: frame.width, height: frame.height, name: name)
    let layout = try Layout(components: frame.components, name: name)
    // A file that ends early is only a warning to the decoder, which paints the rest gray.
    let flags = TJFLAG_STOPONWARNING | TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS
    var pixels = [UInt8](repeating: 0, count: frame.width * frame.height * layout.channels)
    let status = tjDecompress2(
      decoder, bytes, CUnsignedLong(bytes.count), &pixels, Int32(frame.width),
      Int32(frame.width * layout.channels), Int32(frame.height), Int32(layout.format.rawValue), flags)
    guard status == 0 else { throw Failure(decoder, expected: "complete JPEG pixel data") }
    if layout.channels == 4 { pixels = colors(ofInks: pixels) }
    return PixelImage(
      width: frame.width, height: frame.height, channels: min(3, layout.channels), bytes: pixels)
  }

  /// What the decoder is asked for.
  private struct Layout {
    let format: TJPF
    let channels: Int

    init(components: Int, name: String) throws {
      switch components {
      case 1: (format, channels) = (TJPF_GRAY, 1)
      case 3: (format, channels) = (TJPF_RGB, 3)
      case 4: (format, channels) = (TJPF_CMYK, 4)
      default:
        throw ImageFileError(
          file: name,
          problem: "JPEG with \(components) components, expected 1 (gray), 3 (RGB, YCbCr) or 4 (CMYK, YCCK)")
      }
    }
  }

  /// Red, green and blue of cyan, magenta, yellow and black, as Pillow's `convert("RGB")` gives them.
  ///
  /// Inks are taken as stored the way Adobe does, 255 for none, with and without its marker: red = black - black's
  /// rest times cyan, that is `k - (255 - c) · k / 255`, rounded. No colour profile is applied.
  private static func colors(ofInks inks: [UInt8]) -> [UInt8] {
    var colors: [UInt8] = []
    colors.reserveCapacity(inks.count / 4 * 3)
    for start in stride(from: 0, to: inks.count, by: 4) {
      let black = Int(inks[start + 3])
      for ink in inks[start..<start + 3] {
        let product = (255 - Int(ink)) * black + 128
        colors.append(UInt8(black - (product + product >> 8) >> 8))
      }
    }
    return colors
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
      throw Failure(encoder, expected: "to encode \(picture.width)x\(picture.height)")
        .error(name: "JPEG in memory")
    }
    return [UInt8](UnsafeBufferPointer(start: buffer, count: Int(size)))
  }

  /// What libjpeg-turbo reported, an error or the first warning.
  private struct Failure: Error {
    let expected: String
    let reason: String

    init(_ handle: tjhandle, expected: String) {
      self.expected = expected
      let reason = tjGetErrorStr2(handle).map { String(cString: $0) } ?? "no reason"
      self.reason = reason.split(whereSeparator: \.isNewline).joined(separator: "; ")
    }

    func error(name: String) -> ImageFileError {
      ImageFileError(file: name, problem: "expected \(expected), libjpeg-turbo reports: \(reason)")
    }
  }
}
