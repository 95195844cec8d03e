import ImageFiles
import Tensors

extension ImageDataset {
  /// The number of different images.
  public var distinctCount: Int { Set((0..<count).map { self[$0].bytes }).count }
}

extension ImagePatterns {
  /// Patterns of images that can be told apart: two of them differ at least, and none is the mean image, of which nothing
  /// would be left to be stored.
  ///
  /// - Parameters:
  ///   - images: The images.
  ///   - source: What errors name.
  ///   - note: Called with a line that counts copies of others, where there are any.
  /// - Throws: ``DataFileError`` that names the source, or the image in it that is the mean of all.
  public init(
    distinct images: ImageDataset, from source: String, note: (String) -> Void = { _ in }
  ) throws {
    guard images.count > 1 else {
      throw DataFileError(file: source, problem: "one image, expected at least two to be told apart")
    }
    let size = "\(images.width) × \(images.height) pixels"
    let copies = images.count - images.distinctCount
    guard copies < images.count - 1 else {
      throw DataFileError(
        file: source,
        problem: "\(images.count) images that are all alike at \(size), expected at least two that differ")
    }
    self.init(images)
    let squares = rows.squared().sum(axes: [1]).elements
    if let mean = squares.firstIndex(of: 0) {
      throw DataFileError(
        file: "\(source)/\(images.classNames[mean])",
        problem: "is the mean of all images at \(size): centred on it, nothing is left to be stored")
    }
    if copies > 0 {
      note("\(source): \(copies) of \(images.count) images are copies of others at \(size)")
    }
  }
}
