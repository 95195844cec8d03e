import Foundations

extension PixelImage {
  /// The largest part in the middle of the image that has the sides' ratio `width` to `height`, brought to
  /// that size.
  ///
  /// A pixel of the result is the mean of what it covers, parts of pixels counted in proportion; enlarging
  /// repeats pixels. Levels are averaged as they are, without a gamma, and rounded to the nearest.
  public func fitted(width: Int, height: Int) -> PixelImage {
    require(width > 0 && height > 0, "image of \(width)x\(height): sides are at least 1")
    let scale = min(Double(self.width) / Double(width), Double(self.height) / Double(height))
    return resampled(
      rows: Self.spans(height, scale: scale, size: self.height),
      columns: Self.spans(width, scale: scale, size: self.width))
  }

  /// The whole image brought to a size, each side by its own factor; pixels are averaged as by ``fitted(width:height:)``.
  public func stretched(width: Int, height: Int) -> PixelImage {
    require(width > 0 && height > 0, "image of \(width)x\(height): sides are at least 1")
    return resampled(
      rows: Self.spans(height, scale: Double(self.height) / Double(height), size: self.height),
      columns: Self.spans(width, scale: Double(self.width) / Double(width), size: self.width))
  }

  /// An image with a pixel for each pair of spans.
  private func resampled(rows: [Span], columns: [Span]) -> PixelImage {
    var result: [UInt8] = []
    result.reserveCapacity(rows.count * columns.count * channels)
    for row in rows {
      for column in columns {
        for channel in 0..<channels { result.append(mean(row, column, channel)) }
      }
    }
    return PixelImage(width: columns.count, height: rows.count, channels: channels, bytes: result)
  }

  /// What one new pixel covers along one side: old pixels and how much of each.
  private typealias Span = [(index: Int, share: Double)]

  private static func spans(_ count: Int, scale: Double, size: Int) -> [Span] {
    let start = (Double(size) - scale * Double(count)) / 2
    return (0..<count).map { index in
      let from = max(0, start + scale * Double(index))
      let to = min(Double(size), start + scale * Double(index + 1))
      let first = min(size - 1, Int(from))
      let last = max(first, min(size - 1, Int(to.rounded(.up)) - 1))
      return (first...last).map { pixel in
        (pixel, max(0, min(to, Double(pixel + 1)) - max(from, Double(pixel))))
      }
    }
  }

  private func mean(_ rows: Span, _ columns: Span, _ channel: Int) -> UInt8 {
    var (sum, total) = (0.0, 0.0)
    for (row, height) in rows {
      for (column, width) in columns {
        sum += height * width * Double(bytes[(row * self.width + column) * channels + channel])
        total += height * width
      }
    }
    return UInt8(max(0, min(255, (sum / total).rounded())))
  }
}
