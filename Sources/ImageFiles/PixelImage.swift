import Foundations

/// An 8-bit image: `height` rows of `width` pixels, row by row, the channels of a pixel side by side.
public struct PixelImage: Sendable, Equatable {
  /// The number of pixels in a row.
  public let width: Int
  /// The number of rows.
  public let height: Int
  /// 1 (gray) or 3 (red, green, blue).
  public let channels: Int
  /// `height * width * channels` values, index `(row * width + column) * channels + channel`.
  public var bytes: [UInt8] {
    didSet { requireByteCount() }
  }

  /// The longest side that files may have, in pixels.
  public static let largestSide = 16_384
  /// The largest number of pixels that files may have.
  public static let largestPixelCount = 1 << 26

  /// Wraps pixels that are already in memory.
  public init(width: Int, height: Int, channels: Int, bytes: [UInt8]) {
    require(width > 0 && height > 0, "image of \(width)x\(height): sides are at least 1")
    require(channels == 1 || channels == 3, "image of \(channels) channels: 1 or 3 are possible")
    self.width = width
    self.height = height
    self.channels = channels
    self.bytes = bytes
    requireByteCount()
  }

  private func requireByteCount() {
    require(
      bytes.count == width * height * channels,
      "\(bytes.count) bytes for an image of \(height)x\(width)x\(channels)")
  }

  /// Decodes a PNG or JPEG file, told apart by the first bytes, not by the name.
  ///
  /// Gray files give 1 channel, all others 3. Levels are the stored samples: palettes are resolved, 16-bit samples
  /// are rounded to 8, alpha is dropped without blending, no gamma and no colour profile is applied; CMYK and YCCK
  /// become RGB as in Pillow. The picture is turned upright where EXIF or XMP states an orientation. Stray bytes
  /// that no pixel depends on are passed over; a file that is cut short or damaged or whose checksums fail is
  /// refused, as is one beyond `largestSide` or `largestPixelCount`.
  ///
  /// - Parameters:
  ///   - bytes: What the file holds.
  ///   - name: The name of the file in error messages.
  public static func decode(_ bytes: [UInt8], name: String) throws -> PixelImage {
    if bytes.isEmpty {
      throw ImageFileError(file: name, problem: "empty file, expected a PNG or JPEG image")
    }
    if bytes.starts(with: PNGCoding.signature) {
      return try PNGCoding.decode(bytes, name: name)
    }
    if bytes.starts(with: JPEGCoding.signature) {
      return try JPEGCoding.decode(bytes, name: name)
    }
    let start = bytes.prefix(4).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }
    throw ImageFileError(
      file: name,
      problem: "starts with bytes \(start.joined(separator: " ")), expected the signature of a PNG or JPEG")
  }

  /// How opaque each pixel of a PNG file is, as a gray image, 0 for a transparent one; nil for a file without alpha, such as
  /// every JPEG. It is turned upright as the picture is.
  ///
  /// - Throws: `ImageFileError` for a PNG that ``decode(_:name:)`` refuses.
  public static func opacity(_ bytes: [UInt8], name: String) throws -> PixelImage? {
    guard bytes.starts(with: PNGCoding.signature) else { return nil }
    return try PNGCoding.decodeWithOpacity(bytes, name: name).opacity
  }

  /// The image as a PNG file; decoding it gives back the same pixels.
  public func pngData() throws -> [UInt8] {
    try PNGCoding.encode(self)
  }

  /// The image as a baseline JPEG file without chroma subsampling; lossy.
  /// - Parameter quality: 1 (smallest) to 100 (closest).
  public func jpegData(quality: Int = 90) throws -> [UInt8] {
    require((1...100).contains(quality), "JPEG quality \(quality), expected 1 to 100")
    return try JPEGCoding.encode(self, quality: quality)
  }

  static func requireSize(width: Int, height: Int, name: String) throws {
    guard width >= 1, height >= 1, width <= largestSide, height <= largestSide else {
      throw ImageFileError(
        file: name, problem: "size \(width)x\(height), expected sides of 1 to \(largestSide) pixels")
    }
    guard width * height <= largestPixelCount else {
      throw ImageFileError(
        file: name,
        problem: "size \(width)x\(height), expected at most \(largestPixelCount) pixels in all")
    }
  }
}

/// An image file that cannot be read or written: which file, and what was expected.
public struct ImageFileError: Error, Equatable, CustomStringConvertible {
  /// The name the caller gave the file.
  public let file: String
  /// The problem, on one line.
  public let problem: String

  /// An error about one file.
  public init(file: String, problem: String) {
    self.file = file
    self.problem = problem
  }

  /// One line: `file: problem`, control characters and line breaks of both escaped.
  public var description: String { "\(oneLine(file)): \(oneLine(problem))" }
}

extension PixelImage {
  /// The size that a PNG or JPEG file states before its pixels, as stored; nil where it states none. Nothing is decoded, so that
  /// a picture too large for a purpose is known before memory is taken for it.
  public static func statedSize(of bytes: [UInt8]) -> (width: Int, height: Int)? {
    if bytes.starts(with: PNGCoding.signature) {
      // The first chunk is IHDR: 4 bytes length, 4 bytes type, then width and height (PNG specification 11.2.2).
      guard bytes.count >= 24, bytes[12..<16].elementsEqual("IHDR".utf8) else { return nil }
      func number(_ start: Int) -> Int { bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
      return (width: number(16), height: number(20))
    }
    guard bytes.starts(with: JPEGCoding.signature) else { return nil }
    return JPEGMarkers.frame(of: bytes).map { (width: $0.width, height: $0.height) }
  }
}
