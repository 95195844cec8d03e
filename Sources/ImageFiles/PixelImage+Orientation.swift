extension PixelImage {
  /// The picture turned upright: mirrored, turned by quarters or both.
  func upright(_ orientation: Orientation) -> PixelImage {
    if orientation == .upright { return self }
    // Where the first pixel comes from, and how far apart the pixels of a new column and of a new row lie.
    let last = width * height - 1
    let (first, down, right) =
      switch orientation.number {
      case 2: (width - 1, width, -1)
      case 3: (last, -width, -1)
      case 4: (last - width + 1, -width, 1)
      case 5: (0, 1, width)
      case 6: (last - width + 1, 1, -width)
      case 7: (last, -1, -width)
      default: (width - 1, -1, width)
      }
    let isTurned = orientation.number > 4
    let (newWidth, newHeight) = isTurned ? (height, width) : (width, height)
    var turned: [UInt8] = []
    turned.reserveCapacity(bytes.count)
    bytes.withUnsafeBufferPointer { source in
      for row in 0..<newHeight {
        var index = (first + row * down) * channels
        for _ in 0..<newWidth {
          for channel in 0..<channels { turned.append(source[index + channel]) }
          index += right * channels
        }
      }
    }
    return PixelImage(width: newWidth, height: newHeight, channels: channels, bytes: turned)
  }
}
