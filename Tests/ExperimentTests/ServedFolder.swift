import EnergyTransformer
import Foundation

/// A folder with a small model, from which `energy-transformer serve` is started.
struct ServedFolder {
  let place: TemporaryPlace
  let model: ImageEnergyTransformer<Float>
  static let name = "Runs/small/model.safetensors"

  init() throws {
    place = try TemporaryPlace()
    // Drawn, not trained: what is asked here are equal numbers.
    var random = RandomStream(seed: 3)
    let grid = PatchGrid(height: 28, width: 28, channels: 1, patchSize: 7)
    model = ImageEnergyTransformer(
      ImageEnergyTransformerConfiguration(
        block: EnergyTransformerConfiguration(dimension: 12, headCount: 2, keySize: 5, memoryCount: 9),
        grid: grid), using: &random)
    try FileManager.default.createDirectory(
      atPath: place.path("Runs/small"), withIntermediateDirectories: true)
    try SafetensorsFile.write(
      model, to: place.path(Self.name),
      metadata: [
        "data": "embedded digits", "validation-images": "0", "patch": "7", "mask": "0.5", "blocks": "1",
        "dimension": "12", "heads": "2", "key-size": "5", "memories": "9", "steps": "6", "step-size": "0.1",
      ])
  }
}
