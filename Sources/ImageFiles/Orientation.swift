/// How a stored picture is to be turned to stand upright, as cameras note it.
///
/// Read as Pillow's `ImageOps.exif_transpose` reads it: from EXIF, or else from XMP; what is malformed or out of
/// range leaves the picture as it is. Source: CIPA DC-008 (Exif), tag 0x0112; Adobe's XMP, `tiff:Orientation`.
struct Orientation: Equatable {
  static let upright = Orientation(number: 1)
  /// What Exif data begins with in a JPEG segment.
  static let exifIdentifier = Array("Exif\0\0".utf8)
  /// What XMP begins with in a JPEG segment.
  static let propertiesIdentifier = Array("http://ns.adobe.com/xap/1.0/\0".utf8)

  /// 1 to 8; beyond 4, rows are stored as columns.
  let number: Int

  private init(number: Int) { self.number = (1...8).contains(number) ? number : 1 }

  /// The orientation that Exif data states: a TIFF file with entries of 12 bytes in its first directory.
  init?(exif: [UInt8]) {
    var data = exif[...]
    while data.starts(with: Self.exifIdentifier) { data = data.dropFirst(Self.exifIdentifier.count) }
    guard let tiff = TIFFDirectory(data), let number = tiff.wholeNumber(ofTag: 0x0112) else { return nil }
    self.init(number: number)
  }

  /// The orientation that XMP states: one digit after `tiff:Orientation="` or `tiff:Orientation>`.
  init?(properties: [UInt8]) {
    let name = Array("tiff:Orientation".utf8)
    var rest = properties[...]
    while let start = rest.firstIndex(of: name[0]) {
      rest = rest[start...]
      if rest.starts(with: name) {
        var value = rest.dropFirst(name.count)
        if value.starts(with: "=\"".utf8) {
          value = value.dropFirst(2)
        } else if value.first == UInt8(ascii: ">") {
          value = value.dropFirst()
        } else {
          value = []
        }
        if let digit = value.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) {
          self.init(number: Int(digit - UInt8(ascii: "0")))
          return
        }
      }
      rest = rest.dropFirst()
    }
    return nil
  }
}

/// The first directory of a TIFF file: tags with whole numbers.
private struct TIFFDirectory {
  private let data: ArraySlice<UInt8>
  private let isBigEndian: Bool

  init?(_ data: ArraySlice<UInt8>) {
    switch Array(data.prefix(4)) {
    case [0x49, 0x49, 0x2A, 0], [0x49, 0x49, 0, 0x2A]: isBigEndian = false
    case [0x4D, 0x4D, 0, 0x2A], [0x4D, 0x4D, 0x2A, 0]: isBigEndian = true
    default: return nil
    }
    self.data = data
  }

  /// Bytes of a whole number by the type of a tag, signed ones alike: negative numbers are out of range either way.
  private static let sizes = [3: 2, 4: 4, 6: 1, 8: 2, 9: 4, 13: 4]

  /// The first number of a tag, the first where the tag is there several times.
  func wholeNumber(ofTag tag: Int) -> Int? {
    guard let directory = integer(at: 4, byteCount: 4), let count = integer(at: directory, byteCount: 2)
    else { return nil }
    for entry in 0..<count {
      let start = directory + 2 + 12 * entry
      guard let value = integer(at: start + 8, byteCount: 4) else { return nil }
      guard integer(at: start, byteCount: 2) == tag, let type = integer(at: start + 2, byteCount: 2),
        let size = Self.sizes[type], let count = integer(at: start + 4, byteCount: 4), count > 0
      else { continue }
      // More than four bytes lie elsewhere.
      let isElsewhere = count * size > 4
      if isElsewhere, value > data.count - count * size { continue }
      return integer(at: isElsewhere ? value : start + 8, byteCount: size)
    }
    return nil
  }

  private func integer(at offset: Int, byteCount: Int) -> Int? {
    guard offset <= data.count - byteCount else { return nil }
    let bytes = data.dropFirst(offset).prefix(byteCount)
    return (isBigEndian ? Array(bytes) : bytes.reversed()).reduce(0) { $0 << 8 | Int($1) }
  }
}
