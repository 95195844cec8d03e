import Foundations
import Tensors

/// Some images of a data set, side by side.
public struct ImageBatch: Sendable, Equatable {
  /// The indices of these images in the data set.
  public let indices: [Int]
  /// The number of rows of an image.
  public let height: Int
  /// The number of pixels in a row of an image.
  public let width: Int
  /// 1 (gray) or 3 (red, green, blue).
  public let channels: Int
  /// All images, shape (B, height, width, channels), row by row.
  public let pixels: [UInt8]
  /// Class of each image; nil for images without classes.
  public let labels: [Int]?

  /// The number of images in the batch.
  public var count: Int { indices.count }
  /// (B, height, width, channels), the shape of `pixels`.
  public var shape: [Int] { [count, height, width, channels] }

  /// Wraps pixels of shape (B, height, width, channels) that are already in memory.
  public init(
    indices: [Int], height: Int, width: Int, channels: Int, pixels: [UInt8], labels: [Int]?
  ) {
    require(
      pixels.count == indices.count * height * width * channels,
      "\(pixels.count) bytes for a batch of shape \([indices.count, height, width, channels])")
    require(
      labels == nil || labels?.count == indices.count,
      "\(labels?.count ?? 0) labels for a batch of \(indices.count) images")
    self.indices = indices
    self.height = height
    self.width = width
    self.channels = channels
    self.pixels = pixels
    self.labels = labels
  }
}
