import EnergyTransformer
import Kit

/// A trained model with the pixel statistics that it reads pictures with.
struct ServedModel: Sendable {
  let model: ImageEnergyTransformer<Float>
  let normalization: PixelNormalization
  /// What it learned from.
  let data: String
  /// How it was trained to descend.
  let settings: DescentSettings

  var grid: PatchGrid { model.grid }

  /// - Throws: An error of one line that names the file and what is wrong with it.
  init(contentsOf path: String) throws {
    let trained = try TrainedImageModel(contentsOf: path)
    (model, settings) = (trained.model, trained.descent)
    normalization = try trained.pixelNormalization(data: nil)
    data = trained.options.map { $0["data"] ?? "images that it does not name" } ?? "ImageNet"
  }
}
