import Foundations
public import ImageFiles

/// One image of a grid: values from 0 (black) to 1 (white), row by row, channels together.
public struct Picture: Equatable, Sendable {
  /// Width in pixels.
  public let width: Int
  /// Height in pixels.
  public let height: Int
  /// 1 for grey, 3 for red, green and blue.
  public let channels: Int
  /// The values in the order height, width, channel.
  public let values: [Float]

  /// A picture of height x width x channels values; what lies outside 0...1 is drawn black or white.
  public init(width: Int, height: Int, channels: Int = 1, values: [Float]) {
    require(channels == 1 || channels == 3, "a picture has 1 or 3 channels, not \(channels)")
    require(width > 0 && height > 0, "a picture of \(width)x\(height)")
    require(
      values.count == width * height * channels,
      "\(values.count) values for a picture of \(height)x\(width)x\(channels)")
    self.width = width
    self.height = height
    self.channels = channels
    self.values = values
  }

  /// A picture of numbers in double precision.
  public init(width: Int, height: Int, channels: Int = 1, values: [Double]) {
    self.init(width: width, height: height, channels: channels, values: values.map { Float($0) })
  }

  /// A picture of an image's bytes, 255 being white.
  public init(_ image: PixelImage) {
    self.init(
      width: image.width, height: image.height, channels: image.channels,
      values: image.bytes.map { Float($0) / 255 })
  }
}
