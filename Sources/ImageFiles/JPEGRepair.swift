/// What libjpeg warns of although no pixel depends on it, taken out of a JPEG file.
///
/// libjpeg reports only the first warning of a file, and the same way for harmless bytes as for missing pixels. So
/// that nothing is hidden behind a harmless one, its cause is mended and the file is decoded once more, again up to
/// the first warning.
enum JPEGRepair {
  /// The files to try in the place of one that gave this warning; none where pixels are missing or damaged.
  static func candidates(for warning: String, in bytes: [UInt8]) -> [[UInt8]] {
    if let stray = StrayBytes(warning) { return stray.removed(from: bytes) }
    if warning.contains("unknown JFIF revision number") {
      return [replacing(in: bytes, application: JPEGMarkers.application0, "JFIF\0", at: 5, with: [1, 1])]
    }
    if warning.contains("Unknown Adobe color transform code") {
      // libjpeg takes three channels for YCbCr then, and four for YCCK.
      return [1, 2].map {
        replacing(in: bytes, application: JPEGMarkers.application14, "Adobe", at: 11, with: [$0])
      }
    }
    if warning.contains("Invalid SOS parameters for sequential JPEG") { return [wholeScans(bytes)] }
    return []
  }

  /// "Corrupt JPEG data: 2 extraneous bytes before marker 0xd9".
  private struct StrayBytes {
    private let count: Int
    private let marker: UInt8

    init?(_ warning: String) {
      let words = warning.split(separator: " ")
      guard let place = words.firstIndex(of: "extraneous"), place > 0, let count = Int(words[place - 1]),
        let last = words.last, last.hasPrefix("0x"), let marker = UInt8(last.dropFirst(2), radix: 16)
      else { return nil }
      (self.count, self.marker) = (count, marker)
    }

    /// One file for each place where they may have been: between two markers, or behind pixels, of which the decoder
    /// may have taken some of the stray bytes for its own.
    func removed(from bytes: [UInt8]) -> [[UInt8]] {
      var (end, isBehindPixels) = (2, false)
      return JPEGMarkers(bytes).compactMap { found in
        let gap = found.start - end
        let isPlace = found.code == marker && count > 0 && (isBehindPixels ? gap >= count : gap == count)
        end = found.contents.upperBound
        isBehindPixels = found.code == JPEGMarkers.startOfScan || (0xD0...0xD7).contains(found.code)
        return isPlace ? Array(bytes[..<(found.start - count)] + bytes[found.start...]) : nil
      }
    }
  }

  private static func replacing(
    in bytes: [UInt8], application: UInt8, _ identifier: String, at offset: Int, with values: [UInt8]
  ) -> [UInt8] {
    var result = bytes
    for marker in JPEGMarkers(bytes) where marker.code == application {
      guard bytes[marker.contents].starts(with: identifier.utf8),
        marker.contents.count >= offset + values.count
      else { continue }
      result.replaceSubrange(
        marker.contents.lowerBound + offset..<marker.contents.lowerBound + offset + values.count, with: values
      )
    }
    return result
  }

  /// A sequential scan holds all coefficients in full, whatever it states.
  private static func wholeScans(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    for marker in JPEGMarkers(bytes)
    where marker.code == JPEGMarkers.startOfScan && marker.contents.count >= 6 {
      let end = marker.contents.upperBound
      result.replaceSubrange(end - 3..<end, with: [0, 63, 0])
    }
    return result
  }
}
