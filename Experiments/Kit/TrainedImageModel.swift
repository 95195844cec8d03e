package import EnergyTransformer
import Foundation

/// A model of masked images that was trained before: from a checkpoint of `masked-images`, from the file of weights that it
/// wrote, or from a published checkpoint.
package struct TrainedImageModel: Sendable {
  /// The file that it was read from.
  package let path: String
  package let model: ImageEnergyTransformer<Float>
  /// How it was trained to descend.
  package let steps: Int
  package let stepSize: Double
  /// The options it was trained with and what its file tells of its images, by name; nil for a published model.
  package let options: [String: String]?
  /// The pixel statistics of the images it learned from; nil where its file does not tell them.
  package let normalization: PixelNormalization?
  /// Updates and seconds of its training; nil where nobody recorded them.
  package let updates: Int?
  package let seconds: Double?

  /// The trained descent.
  package var descent: DescentSettings { DescentSettings(steps: steps, stepSize: stepSize) }

  /// What of the options says what a model is, so that a run on it must have the same.
  package static let sizes = ["patch", "dimension", "heads", "key-size", "memories", "blocks"]

  /// Reads a model.
  ///
  /// - Parameter decoding: How often a published model's norm is applied before its decoder.
  /// - Throws: An error of one line that names the file and what is wrong with it.
  package init(
    contentsOf path: String, decoding: PublishedImageModel<Float>.Decoding = .asTrained
  ) throws {
    self.path = path
    var arrays = try NamedArrays<Float>(contentsOf: path)
    if arrays.contains("Wenc") || FileKind(path: path) == .npz {
      let published = try PublishedImageModel<Float>(arrays, decoding: decoding)
      model = published.model
      (steps, stepSize) = (published.settings.steps, published.settings.stepSize)
      let pixels = PublishedImageModel<Float>.pixels
      normalization = PixelNormalization(
        mean: pixels.mean.map { Float($0) }, standardDeviation: pixels.deviation.map { Float($0) })
      (options, updates, seconds) = (nil, nil, nil)
      return
    }
    let isCheckpoint = arrays.metadata["format"]?.hasPrefix("training checkpoint") == true
    let checkpoint = isCheckpoint ? try TrainingCheckpoint<Float>(contentsOf: path) : nil
    let facts = RecordedImageModel(path: path, options: checkpoint?.options ?? arrays.metadata)
    let configuration = try facts.configuration { name in
      checkpoint.map { $0.parameters[name]?.shape } ?? arrays.shape(of: name)
    }
    var random = RandomStream(seed: 0)
    let untrained = ImageEnergyTransformer<Float>(configuration, using: &random)
    model = try checkpoint?.applied(to: untrained) ?? arrays.filling(untrained)
    (steps, stepSize) = (try facts.number("steps", 1...(1 << 16)), try facts.number("step-size", 1e-9...1e6))
    normalization = try facts.normalization(channels: configuration.grid.channels)
    options = facts.options
    let course = facts.course(of: checkpoint)
    (updates, seconds) = (course.updates, course.seconds)
  }

  /// Reads a model of one block for images of a grid.
  ///
  /// - Throws: An error of one line that names the file and what is wrong with it.
  package init(contentsOf path: String, grid: PatchGrid) throws {
    self = try TrainedImageModel(contentsOf: path)
    guard model.blocks.count == 1 else {
      throw FileFormatError(
        file: path, field: "option blocks", expected: "1", found: "\(model.blocks.count)")
    }
    if let patch = options?["patch"], patch != "\(grid.patchSize)" {
      throw FileFormatError(
        file: path, field: "option patch", expected: "\(grid.patchSize), as --patch says", found: patch)
    }
    try check(grid)
  }

  /// Checks that the model is one for images of a grid.
  ///
  /// - Throws: `FileFormatError` that names the size of its images and that of the grid.
  package func check(_ grid: PatchGrid) throws {
    guard options != nil else {
      throw FileFormatError(
        file: path, field: "weights", expected: "what masked-images wrote", found: "a published checkpoint")
    }
    guard model.grid == grid else {
      throw FileFormatError(
        file: path, field: "images", expected: "those of the data, \(grid.size)", found: model.grid.size)
    }
  }
}

extension PatchGrid {
  /// Height, width and channels in words.
  package var size: String { "\(height) x \(width) in \(channels == 1 ? "grey" : "colour")" }
}
