import EnergyTransformer
import Foundation
import Kit
import Reporting

/// Images as patterns of length 1, not centred, as the published samples have them.
struct StoredImages {
  /// The patterns as rows, [count, height · width · channels].
  let patterns: Tensor<Float>
  /// What the page calls the images.
  let name: String
  private let grid: PatchGrid
  /// The mean length of the images, levels in 0 ... 1, by which patterns are enlarged when they are shown.
  private let length: Float

  var count: Int { patterns.shape[0] }
  var dimension: Int { patterns.shape[1] }

  /// The first training images of a class.
  ///
  /// - Throws: `ExperimentError` that names the option and what it found.
  init(_ images: PreparedImages, label: String, count: Int) throws {
    let indices = try Self.indices(images, label: label)
    guard indices.count >= count else {
      throw ExperimentError(
        "\(images.name): --stored \(count) of \(indices.count) training images of \(Self.words(label))")
    }
    let batch = images.training.batch(at: Array(indices.prefix(count)))
    let rows = Tensor(
      shape: [count, images.training.imageSize], elements: batch.pixels.map { Float($0) / 255 })
    let lengths = rows.rowLengths
    if let dark = lengths.firstIndex(of: 0) {
      throw ExperimentError(
        "\(images.name): training image \(indices[dark]) is black, no pattern of length 1")
    }
    patterns = rows / Tensor(shape: [count, 1], elements: lengths.map { Float($0) })
    length = Float(lengths.reduce(0, +) / Double(count))
    name = "the first \(count) images of \(images.training.name), \(Self.words(label))"
    grid = images.grid
  }

  private static func words(_ label: String) -> String { label == "all" ? "every class" : "class \(label)" }

  private static func indices(_ images: PreparedImages, label: String) throws -> [Int] {
    let training = images.training
    if label == "all" { return Array(0..<training.count) }
    guard let labels = training.labels, let number = training.classNames.firstIndex(of: label) else {
      let known = training.labels == nil ? [] : training.classNames.prefix(20)
      throw ExperimentError(
        "\(images.name): --label \(label) is none of its classes"
          + (known.isEmpty ? ": it has none; say all" : " (\(known.joined(separator: ", "))) nor all"))
    }
    return labels.indices.filter { labels[$0] == number }
  }

  /// A row of any length as a picture.
  func picture(_ row: Tensor<Float>) -> Picture {
    Picture(
      width: grid.width, height: grid.height, channels: grid.channels, values: (row * length).elements)
  }
}
