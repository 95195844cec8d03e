public import Foundation

/// A folder with the four files of MNIST or of a set published in the same form.
///
/// `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`,
/// or the same names with a dot before `idx`.
public enum IDXFolder {
  /// Reads the training images.
  /// - Parameter classCount: labels run from 0 to `classCount - 1`; a label beyond is an error.
  public static func train(_ folder: URL, classCount: Int = 10) throws -> ImageDataset {
    try read(folder, prefix: "train", part: "train", classCount: classCount)
  }

  /// Reads the test images, the files named `t10k`.
  /// - Parameter classCount: labels run from 0 to `classCount - 1`; a label beyond is an error.
  public static func test(_ folder: URL, classCount: Int = 10) throws -> ImageDataset {
    try read(folder, prefix: "t10k", part: "test", classCount: classCount)
  }

  static func isOne(_ folder: URL) -> Bool {
    ["train-images", "train-labels", "t10k-images", "t10k-labels"].contains { stem in
      let rank = stem.hasSuffix("images") ? 3 : 1
      return spellings(stem, rank: rank).contains { DataFile.exists(folder.appendingPathComponent($0)) }
    }
  }

  private static func spellings(_ stem: String, rank: Int) -> [String] {
    ["\(stem)-idx\(rank)-ubyte", "\(stem).idx\(rank)-ubyte"]
  }

  private static func file(_ folder: URL, _ stem: String, rank: Int) throws -> URL {
    let candidates = spellings(stem, rank: rank)
    guard let name = candidates.first(where: { DataFile.exists(folder.appendingPathComponent($0)) }) else {
      throw DataFileError(
        file: folder.path, problem: "no file \(candidates[0]), expected the four files of MNIST")
    }
    return folder.appendingPathComponent(name)
  }

  private static func read(
    _ folder: URL, prefix: String, part: String, classCount: Int
  ) throws -> ImageDataset {
    let imageURL = try file(folder, prefix + "-images", rank: 3)
    let labelURL = try file(folder, prefix + "-labels", rank: 1)
    let images = try IDXFile(contentsOf: imageURL)
    guard images.shape.count == 3, images.shape.allSatisfy({ $0 > 0 }) else {
      throw DataFileError(
        file: imageURL.path,
        problem: "dimensions \(images.shape), expected 3 above 0: images, rows, columns")
    }
    let labels = try IDXFile(contentsOf: labelURL)
    guard labels.shape == [images.shape[0]] else {
      throw DataFileError(
        file: labelURL.path,
        problem: "label dimensions \(labels.shape), expected [\(images.shape[0])] as the images have")
    }
    if let wrong = labels.values.firstIndex(where: { $0 >= classCount }) {
      throw DataFileError(
        file: labelURL.path,
        problem: "label \(labels.values[wrong]) of image \(wrong), expected 0 to \(classCount - 1)")
    }
    return ImageDataset(
      name: "\(folder.lastPathComponent)/\(part)", source: "IDX files in \(folder.lastPathComponent)",
      height: images.shape[1], width: images.shape[2], channels: 1, pixels: images.values,
      labels: labels.values.map(Int.init), classNames: (0..<classCount).map(String.init))
  }
}
