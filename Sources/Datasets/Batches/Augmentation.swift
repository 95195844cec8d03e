import Foundations
public import Tensors

/// Random shifts and mirror images of training pictures.
///
/// An image is padded on all sides, a window of its own size is cut out at a uniformly random position, and the
/// result is mirrored left to right with a given probability.
public struct Augmentation: Sendable, Equatable {
  /// Pixels added on each side before the cut; 0 leaves images in position.
  public let padding: Int
  /// The value of the added pixels.
  public let fill: UInt8
  /// The probability with which an image is mirrored.
  public let flipProbability: Double

  /// Shifts by up to `padding` pixels and mirror images; `Augmentation(padding: 4, flipProbability: 0.5)` is usual for
  /// CIFAR-10.
  public init(padding: Int, flipProbability: Double, fill: UInt8 = 0) {
    require(padding >= 0, "padding \(padding), expected 0 or more")
    require((0...1).contains(flipProbability), "flip probability \(flipProbability), expected 0 to 1")
    self.padding = padding
    self.fill = fill
    self.flipProbability = flipProbability
  }

  /// The batch with every image changed by a draw of its own.
  ///
  /// The draw depends on the stream and the number of the image in its data set, not on its index in the batch.
  public func apply(to batch: ImageBatch, random stream: RandomStream) -> ImageBatch {
    var pixels = [UInt8](repeating: fill, count: batch.pixels.count)
    for (position, index) in batch.indices.enumerated() {
      var draws = stream.child(UInt64(index))
      let down = draws.integer(below: 2 * padding + 1) - padding
      let right = draws.integer(below: 2 * padding + 1) - padding
      let isFlipped = draws.uniform() < flipProbability
      copy(batch, position: position, down: down, right: right, isFlipped: isFlipped, to: &pixels)
    }
    return ImageBatch(
      indices: batch.indices, height: batch.height, width: batch.width, channels: batch.channels,
      pixels: pixels, labels: batch.labels)
  }

  /// Fills row and column (r, c) from (r + down, c + right), the column counted from the other side if flipped.
  private func copy(
    _ batch: ImageBatch, position: Int, down: Int, right: Int, isFlipped: Bool, to pixels: inout [UInt8]
  ) {
    let (height, width, channels) = (batch.height, batch.width, batch.channels)
    let start = position * height * width * channels
    for row in 0..<height where (0..<height).contains(row + down) {
      for column in 0..<width where (0..<width).contains(column + right) {
        let target = start + (row * width + (isFlipped ? width - 1 - column : column)) * channels
        let source = start + ((row + down) * width + column + right) * channels
        for channel in 0..<channels { pixels[target + channel] = batch.pixels[source + channel] }
      }
    }
  }
}
