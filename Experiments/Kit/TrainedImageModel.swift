package import EnergyTransformer

/// A model that `masked-images` trained, from its checkpoint or its file of weights.
package struct TrainedImageModel {
  /// The file it was read from.
  package let path: String
  package let model: ImageEnergyTransformer<Float>
  /// How it was trained to descend.
  package let steps: Int
  package let stepSize: Double

  /// Reads the model for images of a grid.
  ///
  /// - Throws: An error of one line that names the file and what is wrong with it.
  package init(contentsOf path: String, grid: PatchGrid) throws {
    self.path = path
    let file = try SafetensorsFile.read(path: path)
    let isCheckpoint = file.metadata["format"] != nil
    let options =
      isCheckpoint ? try TrainingCheckpoint<Float>(contentsOf: path).options : file.metadata
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
    let sizes = 1...(1 << 16)
    guard try number("blocks", sizes) == 1 else {
      throw FileFormatError(
        file: path, field: "option blocks", expected: "1", found: options["blocks"] ?? "")
    }
    if let patch = options["patch"], patch != "\(grid.patchSize)" {
      throw FileFormatError(
        file: path, field: "option patch", expected: "\(grid.patchSize), as --patch says", found: patch)
    }
    let block = EnergyTransformerConfiguration(
      dimension: try number("dimension", sizes), headCount: try number("heads", sizes),
      keySize: try number("key-size", sizes), memoryCount: try number("memories", sizes))
    steps = try number("steps", sizes)
    stepSize = try number("step-size", 1e-9...1e6)
    var random = RandomStream(seed: 0)
    let untrained = ImageEnergyTransformer<Float>(
      ImageEnergyTransformerConfiguration(block: block, grid: grid), using: &random)
    model =
      isCheckpoint
      ? try TrainingCheckpoint<Float>(contentsOf: path).applied(to: untrained)
      : try WeightsFile.read(untrained, path: path)
  }
}
