import Foundations
public import ImageFiles
public import Tensors

/// Images as patterns for memories: centred on their mean image and brought to length 1.
///
///     row = (v - mean) / |v - mean|,  v the levels in 0 … 1
///
/// With one length a pattern is the best match for itself, and what is far from the mean image of all does not
/// win for its brightness alone. What is unknown of an image is 0, the mean image. Where all images are alike rows are 0
/// exactly; an image that is the mean image has a row of zeros.
///
/// - Source: Ramsauer et al. 2020, appendix A.6.2, for what norm and mean of patterns do to retrieval.
public struct ImagePatterns: Sendable {
  /// The images as rows, [count, height · width · channels].
  public let rows: Tensor<Float>
  /// The mean image, levels in 0 … 1, [1, height · width · channels].
  public let mean: Tensor<Float>
  /// The mean length of the centred images, by which rows are enlarged when they are shown.
  public let length: Float
  private let height: Int, width: Int, channels: Int
  /// The sum of each number's bytes over the stored images.
  private let sums: [Int]
  private let count: Int

  /// Patterns of at least one image.
  public init(_ images: ImageDataset) {
    require(images.count > 0, "patterns of a data set without images")
    (height, width, channels) = (images.height, images.width, images.channels)
    count = images.count
    let size = images.imageSize
    sums = images.pixels.enumerated().reduce(into: [Int](repeating: 0, count: size)) { sums, pixel in
      sums[pixel.offset % size] += Int(pixel.element)
    }
    let whole = 255 * Double(count)
    mean = Tensor(shape: [1, size], elements: sums.map { Float(Double($0) / whole) })
    let centred = Self.centred(images, on: sums, of: count)
    let lengths = Self.lengths(centred)
    let meanLength = lengths.mean().scalar
    length = meanLength > 0 ? meanLength : 1
    rows = centred / lengths.atLeast(.leastNormalMagnitude)
  }

  /// Levels less those of the mean image. Sums of bytes are whole numbers: what is alike in all images becomes 0.
  private static func centred(_ images: ImageDataset, on sums: [Int], of count: Int) -> Tensor<Float> {
    let (size, whole) = (images.imageSize, 255 * Double(count))
    return Tensor(
      shape: [images.count, size],
      elements: images.pixels.enumerated().map { index, byte in
        Float(Double(Int(byte) * count - sums[index % size]) / whole)
      })
  }

  private static func lengths(_ rows: Tensor<Float>) -> Tensor<Float> {
    rows.squared().sum(axes: [1], keepingDimensions: true).squareRoot()
  }

  /// The size of a row.
  public var dimension: Int { rows.shape[1] }

  /// Rows of other images of the same size, centred on the same mean image.
  public func rows(of images: ImageDataset) -> Tensor<Float> {
    require(
      [images.height, images.width, images.channels] == [height, width, channels],
      "images of \([images.height, images.width, images.channels]), patterns of \([height, width, channels])")
    let centred = Self.centred(images, on: sums, of: count)
    return centred / Self.lengths(centred).atLeast(.leastNormalMagnitude)
  }

  /// Which numbers of a row lie in a half of the image, 1 inside and 0 outside, [1, dimension].
  public func mask(_ half: ImageHalf) -> Tensor<Float> {
    let size = width * channels
    let elements = (0..<dimension).map { index -> Float in
      let (row, column) = (index / size, index % size / channels)
      let isInside =
        switch half {
        case .upper: 2 * row < height
        case .lower: 2 * row >= height
        case .left: 2 * column < width
        case .right: 2 * column >= width
        }
      return isInside ? 1 : 0
    }
    return Tensor(shape: [1, dimension], elements: elements)
  }

  /// Rows with 0, the mean image, in a half of the image.
  public func hiding(_ half: ImageHalf, of rows: Tensor<Float>) -> Tensor<Float> { rows * (1 - mask(half)) }

  /// One row as an image: enlarged, put on the mean image, cut to 0 … 255.
  public func image(of row: Tensor<Float>) -> PixelImage {
    require(row.count == dimension, "a row of shape \(row.shape) for images of \(dimension) numbers")
    let levels = row.reshaped([1, dimension]) * length + mean
    let bytes = levels.elements.map { level -> UInt8 in
      let byte = (level * 255).rounded()
      return byte > 0 ? UInt8(min(byte, 255)) : 0
    }
    return PixelImage(width: width, height: height, channels: channels, bytes: bytes)
  }
}

/// A half of an image.
public enum ImageHalf: String, Sendable, CaseIterable {
  case upper, lower, left, right
}
