import EnergyTransformer
import Foundation
import Kit
import Reporting

/// A trained model with what turns levels of pixels into its numbers.
struct ServedModel: Sendable {
  let model: ImageEnergyTransformer<Float>
  let normalization: PixelNormalization
  let data: String
  /// How it was trained to descend.
  let settings: DescentSettings

  var grid: PatchGrid { model.grid }

  init(contentsOf path: String) throws {
    let file = try SafetensorsFile.read(path: path)
    let prefix = file.metadata["format"] == nil ? "" : "parameters."
    let options =
      prefix.isEmpty ? file.metadata : try TrainingCheckpoint<Float>(contentsOf: path).options
    let rows = try file.array(named: prefix + "positions").shape[0] - 1
    let length = try file.array(named: prefix + "decoder.bias").shape[0]
    let patch = Int(options["patch"] ?? "") ?? 4
    let side = Int(Double(rows).squareRoot()) * patch
    let grid = PatchGrid(height: side, width: side, channels: length / patch / patch, patchSize: patch)
    let read = try TrainedImageModel(contentsOf: path, grid: grid)
    model = read.model
    settings = DescentSettings(steps: read.steps, stepSize: read.stepSize)
    data = options["data"] ?? ""
    normalization =
      grid.channels == 1
      ? PixelNormalization(measuring: try EmbeddedDigits.train())
      : PixelNormalization(mean: [0.4914, 0.4822, 0.4465], standardDeviation: [0.247, 0.2435, 0.2616])
  }
}
