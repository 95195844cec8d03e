/// What libjpeg warns of although no pixel depends on it, taken out of a JPEG file.
///
/// libjpeg reports only the first warning of a file, and the same way for harmless bytes as for missing pixels. So
/// that nothing is hidden behind a harmless one, its cause is mended and the file is decoded once more, again up to
/// the first warning.
struct JPEGRepair {
  /// Ranges of bytes in the order of the file, and what replaces them.
  private let changes: [(range: Range<Int>, bytes: [UInt8])]

  /// What to try against this warning, in the order to try it; none where pixels are missing or damaged.
  static func candidates(for warning: String, in bytes: [UInt8], atMost limit: Int) -> [JPEGRepair] {
    if let stray = StrayBytes(warning) {
      return stray.ranges(in: bytes, atMost: limit).map { JPEGRepair(changes: [(range: $0, bytes: [])]) }
    }
    if warning.contains("unknown JFIF revision number") {
      return [replacement(in: bytes, application: JPEGMarkers.application0, "JFIF\0", at: 5, with: [1, 1])]
    }
    if warning.contains("Unknown Adobe color transform code") {
      // libjpeg takes three channels for YCbCr then, and four for YCCK.
      let transforms: [UInt8] = [1, 2]
      return transforms.prefix(limit).map {
        replacement(in: bytes, application: JPEGMarkers.application14, "Adobe", at: 11, with: [$0])
      }
    }
    if warning.contains("Invalid SOS parameters for sequential JPEG") { return [wholeScans(bytes)] }
    return []
  }

  /// A copy of the file with the changes.
  func applied(to bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var end = 0
    for change in changes {
      result += bytes[end..<change.range.lowerBound]
      result += change.bytes
      end = change.range.upperBound
    }
    result += bytes[end...]
    return result
  }

  /// "Corrupt JPEG data: 2 extraneous bytes before marker 0xd9".
  private struct StrayBytes {
    /// Damaged pixels end early and leave more than this behind them; files with stray bytes there have a few.
    private static let largestCountBehindPixels = 8

    private let count: Int
    private let marker: UInt8

    init?(_ warning: String) {
      let words = warning.split(separator: " ")
      guard let index = words.firstIndex(of: "extraneous"), index > 0, let count = Int(words[index - 1]),
        let last = words.last, last.hasPrefix("0x"), let marker = UInt8(last.dropFirst(2), radix: 16)
      else { return nil }
      (self.count, self.marker) = (count, marker)
    }

    /// The ranges that they may occupy: between two markers, or behind pixels, of which the decoder may have taken some of the
    /// stray bytes for its own.
    func ranges(in bytes: [UInt8], atMost limit: Int) -> [Range<Int>] {
      var ranges: [Range<Int>] = []
      guard count > 0 else { return ranges }
      var (end, isBehindPixels) = (2, false)
      for found in JPEGMarkers(bytes) {
        if ranges.count >= limit { break }
        let gap = found.start - end
        if found.code == marker, isBehindPixels ? gap >= count : gap == count {
          let range = found.start - count..<found.start
          if !isBehindPixels || isHarmless(bytes[range]) { ranges.append(range) }
        }
        end = found.contents.upperBound
        isBehindPixels = found.code == JPEGMarkers.startOfScan || (0xD0...0xD7).contains(found.code)
      }
      return ranges
    }

    /// Whether bytes behind pixels are no pixels: a few, or filling.
    private func isHarmless(_ bytes: ArraySlice<UInt8>) -> Bool {
      count <= Self.largestCountBehindPixels || bytes.allSatisfy { $0 == 0 || $0 == 0xFF }
    }
  }

  private static func replacement(
    in bytes: [UInt8], application: UInt8, _ identifier: String, at offset: Int, with values: [UInt8]
  ) -> JPEGRepair {
    var changes: [(range: Range<Int>, bytes: [UInt8])] = []
    for marker in JPEGMarkers(bytes) where marker.code == application {
      guard bytes[marker.contents].starts(with: identifier.utf8),
        marker.contents.count >= offset + values.count
      else { continue }
      let start = marker.contents.lowerBound + offset
      changes.append((range: start..<start + values.count, bytes: values))
    }
    return JPEGRepair(changes: changes)
  }

  /// A sequential scan holds all coefficients in full, whatever it states.
  private static func wholeScans(_ bytes: [UInt8]) -> JPEGRepair {
    var changes: [(range: Range<Int>, bytes: [UInt8])] = []
    for marker in JPEGMarkers(bytes)
    where marker.code == JPEGMarkers.startOfScan && marker.contents.count >= 6 {
      let end = marker.contents.upperBound
      changes.append((range: end - 3..<end, bytes: [0, 63, 0]))
    }
    return JPEGRepair(changes: changes)
  }
}
