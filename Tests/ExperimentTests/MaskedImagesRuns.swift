import Foundation

/// Runs of `masked-images` on small images, in a folder of their own.
struct MaskedImagesRuns {
  let folder: TemporaryPlace

  init() throws { folder = try TemporaryPlace() }

  /// Options of a small model that trains in a second.
  func options(_ output: String, epochs: Int = 6) throws -> [String] {
    let data = folder.path("images")
    if !FileManager.default.fileExists(atPath: data) { try SmallImages.write(to: data) }
    return [
      "--data", data, "--patch", "2", "--dimension", "16", "--heads", "2", "--key-size", "4", "--memories",
      "24",
      "--steps", "6", "--batch", "8", "--epochs", "\(epochs)", "--output", folder.path(output),
    ]
  }

  func run(_ arguments: [String]) throws -> FinishedProgram {
    try Program("masked-images").run(arguments)
  }

  func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder.path(name)))
  }
}
