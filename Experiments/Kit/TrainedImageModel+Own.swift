package import EnergyTransformer
import Foundation

extension TrainedImageModel {
  /// The file of the package's own small model, which completes digits: in the checkout that the program runs in, or in the one
  /// that it was built in.
  package static func ownPath() -> String {
    let path = "Results/masked-images/\(WeightsFile.name)"
    if FileManager.default.fileExists(atPath: path) { return path }
    var folder = URL(fileURLWithPath: Bundle.main.executablePath ?? CommandLine.arguments[0])
    while folder.pathComponents.count > 1 {
      folder.deleteLastPathComponent()
      let found = folder.appendingPathComponent(path).path
      if FileManager.default.fileExists(atPath: found) { return found }
    }
    return path
  }

  /// The pixel statistics that the model reads images with.
  ///
  /// - Parameter data: The images that it learned from, where its file does not tell; those of the package are known.
  /// - Throws: An error of one line that says what is missing, or what is wrong with the data.
  package func pixelNormalization(data: String?) throws -> PixelNormalization {
    if let normalization { return normalization }
    guard data != nil || options?["data"] == "embedded digits" else {
      throw FileFormatError(
        file: path, field: "pixel-mean",
        expected: "the mean of the images of its training (\(options?["data"] ?? "unknown")), or --data",
        found: "none; masked-images --evaluate-only writes the file with it")
    }
    let found = try PreparedImages.normalization(
      ofImagesAt: data, validation: options?["validation-images"].flatMap { Int($0) } ?? 0)
    guard found.mean.count == model.grid.channels else {
      throw ExperimentError(
        "\(data ?? "embedded digits"): images in \(found.mean.count == 1 ? "grey" : "colour"), the model of "
          + "\(path) reads \(model.grid.size)")
    }
    return found
  }
}
