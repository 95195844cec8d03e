import EnergyTransformer
import Foundation
import Reporting

/// What the file of an image model tells beside its parameters: the options of its training and what its images were like.
struct RecordedImageModel {
  let path: String
  let options: [String: String]

  init(path: String, options: [String: String]) {
    self.path = path
    self.options = Self.withPresentNames(options)
  }

  /// Earlier releases had another name for one of the options.
  private static func withPresentNames(_ options: [String: String]) -> [String: String] {
    var options = options
    if let count = options.removeValue(forKey: "validation") { options["validation-images"] = count }
    return options
  }

  /// The number that an option had.
  ///
  /// - Throws: `FileFormatError` where there is none, or one outside its range.
  func number<Value: LosslessStringConvertible & Comparable>(
    _ name: String, _ range: ClosedRange<Value>
  ) throws -> Value {
    guard let text = options[name], let value = Value(text), range.contains(value) else {
      throw FileFormatError(
        file: path, field: "option \(name)", expected: "a number in \(range)",
        found: options[name] ?? "nothing: expected what masked-images wrote")
    }
    return value
  }

  /// The sizes of the model, held against the shapes of the file's arrays.
  ///
  /// - Throws: `FileFormatError` that names the option or array.
  func configuration(shape: (String) -> [Int]?) throws -> ImageEnergyTransformerConfiguration {
    let sizes = 1...(1 << 16)
    let blocks = try number("blocks", sizes)
    let block = EnergyTransformerConfiguration(
      dimension: try number("dimension", sizes), headCount: try number("heads", sizes),
      keySize: try number("key-size", sizes), memoryCount: try number("memories", sizes))
    let patch = try number("patch", 1...1_024)
    // Before anything is allocated that the file does not hold.
    let last = "blocks.\(blocks - 1)"
    for (name, expected) in [
      ("\(last).attention.queryWeights", [block.headCount, block.keySize, block.dimension]),
      ("\(last).memory.memories", [block.dimension, block.memoryCount]),
    ] where shape(name) != expected {
      throw FileFormatError(
        file: path, field: "array \(name)", expected: "shape \(expected), by the file's options",
        found: shape(name).map { "shape \($0)" } ?? "no such array")
    }
    guard let positions = shape("positions"), positions.count == 2, positions[0] > 1,
      positions[1] == block.dimension, let length = shape("decoder.bias")?.first
    else {
      throw FileFormatError(
        file: path, field: "arrays positions and decoder.bias",
        expected: "those of a model of images of \(block.dimension) numbers a token",
        found: ["positions", "decoder.bias"].map { shape($0).map { "\($0)" } ?? "none" }
          .joined(separator: ", ")
      )
    }
    var configuration = ImageEnergyTransformerConfiguration(
      block: block, grid: try grid(patchCount: positions[0] - 1, patchLength: length, patch: patch))
    configuration.blockCount = blocks
    return configuration
  }

  /// How images were cut; square ones where their size is not told.
  private func grid(patchCount: Int, patchLength: Int, patch: Int) throws -> PatchGrid {
    let channels = patchLength / (patch * patch)
    guard [1, 3].contains(channels), channels * patch * patch == patchLength else {
      throw FileFormatError(
        file: path, field: "array decoder.bias",
        expected: "\(patch * patch) or \(3 * patch * patch) numbers, for patches of \(patch)",
        found: "\(patchLength)")
    }
    let side = Int(Double(patchCount).squareRoot().rounded()) * patch
    let tellsSize = options["image-height"] != nil
    let height = tellsSize ? try number("image-height", 1...65_536) : side
    let width = tellsSize ? try number("image-width", 1...65_536) : side
    guard height % patch == 0, width % patch == 0, height / patch * (width / patch) == patchCount else {
      throw FileFormatError(
        file: path, field: "array positions", expected: "a row for each patch of \(height) x \(width) pixels",
        found: "\(patchCount) beside the class token")
    }
    return PatchGrid(height: height, width: width, channels: channels, patchSize: patch)
  }

  /// The pixel statistics of the training images; nil where the file does not tell them.
  func normalization(channels: Int) throws -> PixelNormalization? {
    func numbers(_ name: String) throws -> [Float]? {
      guard let text = options[name] else { return nil }
      let values = text.split(separator: " ").compactMap { Float($0) }
      guard values.count == channels, values.allSatisfy({ $0.isFinite && $0 >= 0 && $0 <= 1 }) else {
        throw FileFormatError(
          file: path, field: name, expected: "\(channels) numbers in 0...1", found: text)
      }
      return values
    }
    guard let mean = try numbers("pixel-mean"), let deviation = try numbers("pixel-deviation") else {
      return nil
    }
    guard deviation.allSatisfy({ $0 > 0 }) else {
      throw FileFormatError(
        file: path, field: "pixel-deviation", expected: "numbers above 0", found: "\(deviation)")
    }
    return PixelNormalization(mean: mean, standardDeviation: deviation)
  }

  /// Updates and seconds of the training: a checkpoint tells them, of a file of weights the record of the run beside it may.
  func course(of checkpoint: TrainingCheckpoint<Float>?) -> (updates: Int?, seconds: Double?) {
    func checked(_ seconds: Double?) -> Double? { seconds.flatMap { (0...1e9).contains($0) ? $0 : nil } }
    if let checkpoint {
      return (checkpoint.updateCount, checked(options["train-seconds"].flatMap(Double.init)))
    }
    let updates = options["updates"].flatMap(Int.init)
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    guard
      let record = try? RunRecord.read(from: folder.appendingPathComponent(RunRecord.fileName).path),
      record.experiment == "masked-images", isOfThisTraining(record.options)
    else { return (updates, nil) }
    return (
      updates ?? record.summary["train_updates"].flatMap { Int(exactly: $0) },
      checked(record.summary["train_seconds"])
    )
  }

  /// Whether a run recorded the same model and training; steps and images under test may differ.
  private func isOfThisTraining(_ recorded: [String: String]) -> Bool {
    let names =
      TrainedImageModel.sizes + [
        "data", "seed", "epochs", "batch", "rate", "muon-rate", "short-share", "visible-weight",
        "validation-images", "weight-deviation", "kept", "augment",
      ]
    let recorded = Self.withPresentNames(recorded)
    return names.allSatisfy { recorded[$0] == options[$0] }
  }
}

extension PreparedImages {
  /// What the file of a model tells of the images that it learned from, by name.
  package var recordedOptions: [String: String] {
    func text(_ values: [Float]) -> String { values.map { "\($0)" }.joined(separator: " ") }
    return [
      "image-height": "\(grid.height)", "image-width": "\(grid.width)",
      "pixel-mean": text(normalization.mean),
      "pixel-deviation": text(normalization.standardDeviation),
    ]
  }
}
