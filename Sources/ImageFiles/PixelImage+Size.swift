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
