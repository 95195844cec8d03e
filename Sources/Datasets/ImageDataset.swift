import Foundations
public import ImageFiles
public import Tensors

/// Images of one size in memory, with a class number each where the source has them.
public struct ImageDataset: Sendable, Equatable {
  /// Short name for run records, such as `digits/train`.
  public let name: String
  /// The origin of the images, for run records and figures.
  public let source: String
  /// The number of rows of an image.
  public let height: Int
  /// The number of pixels in a row of an image.
  public let width: Int
  /// 1 (gray) or 3 (red, green, blue).
  public let channels: Int
  /// All images, shape (count, height, width, channels), row by row.
  public let pixels: [UInt8]
  /// Class of each image, an index into `classNames`; nil for images without classes.
  public let labels: [Int]?
  /// Names of the classes, in the order of their numbers.
  public let classNames: [String]

  /// The number of images.
  public var count: Int { pixels.count / imageSize }
  /// The number of bytes of an image: `height * width * channels`.
  public var imageSize: Int { height * width * channels }

  /// Wraps images that are already in memory, shape (count, height, width, channels).
  public init(
    name: String, source: String, height: Int, width: Int, channels: Int, pixels: [UInt8], labels: [Int]?,
    classNames: [String]
  ) {
    require(height > 0 && width > 0, "images of \(height)x\(width): sides are at least 1")
    require(channels == 1 || channels == 3, "images of \(channels) channels: 1 or 3 are possible")
    let imageSize = height * width * channels
    require(
      pixels.count % imageSize == 0, "\(pixels.count) bytes for images of \(height)x\(width)x\(channels)")
    if let labels {
      require(
        labels.count == pixels.count / imageSize,
        "\(labels.count) labels for \(pixels.count / imageSize) images")
      require(
        labels.allSatisfy(classNames.indices.contains), "a label is outside 0..<\(classNames.count)")
    }
    self.name = name
    self.source = source
    self.height = height
    self.width = width
    self.channels = channels
    self.pixels = pixels
    self.labels = labels
    self.classNames = classNames
  }

  /// One image.
  public subscript(index: Int) -> PixelImage {
    PixelImage(width: width, height: height, channels: channels, bytes: Array(pixels[byteRange(of: index)]))
  }

  /// The images at `indices`, in that order, as one batch.
  public func batch(at indices: [Int]) -> ImageBatch {
    ImageBatch(
      indices: indices, height: height, width: width, channels: channels, pixels: gatherPixels(indices),
      labels: labels.map { labels in indices.map { labels[$0] } })
  }

  /// A data set of the images at `indices`, in that order.
  ///
  /// - Parameters:
  ///   - indices: The images, by their indices.
  ///   - name: Name of the part; nil keeps the name.
  public func subset(_ indices: [Int], name: String? = nil) -> ImageDataset {
    ImageDataset(
      name: name ?? self.name, source: source, height: height, width: width, channels: channels,
      pixels: gatherPixels(indices), labels: labels.map { labels in indices.map { labels[$0] } },
      classNames: classNames)
  }

  /// Sets `validationCount` images chosen at random aside; both parts keep the order of the whole.
  public func split(
    validationCount: Int, using stream: inout RandomStream
  ) -> (training: ImageDataset, validation: ImageDataset) {
    require(
      (0...count).contains(validationCount), "\(validationCount) validation images of \(count) in all")
    let order = stream.permutation(of: count)
    return (
      training: subset(order[validationCount...].sorted(), name: name + "/training"),
      validation: subset(order[..<validationCount].sorted(), name: name + "/validation")
    )
  }

  private func byteRange(of index: Int) -> Range<Int> {
    require((0..<count).contains(index), "image \(index) of a data set of \(count)")
    return index * imageSize..<(index + 1) * imageSize
  }

  private func gatherPixels(_ indices: [Int]) -> [UInt8] {
    var gathered: [UInt8] = []
    gathered.reserveCapacity(indices.count * imageSize)
    for index in indices { gathered.append(contentsOf: pixels[byteRange(of: index)]) }
    return gathered
  }
}
