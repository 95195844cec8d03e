public import Foundation

/// A folder with the four files of MNIST or of a set published in the same form.
///
/// `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`: also with
/// a dot before `idx`, with `test` for `t10k`, with the name of a set before them (`emnist-letters-train-…`), with
/// `.gz` behind them, each in a folder of its own name, or all in `raw`, `NAME/raw` or `gzip` below the folder. Images
/// are taken as the files hold them; those of EMNIST are transposed there.
public enum IDXFolder {
  /// Reads both halves, with one list of classes, numbered from 0 to the largest label of both.
  public static func read(_ folder: URL) throws -> ImageSource {
    guard let set = try IDXSet(in: folder) else { throw missing(folder) }
    return try read(set, name: folder.lastPathComponent, folder: folder)
  }

  /// Reads the training images.
  ///
  /// - Parameters:
  ///   - folder: The folder of both files.
  ///   - classCount: Labels run from 0 to `classCount - 1`, a label beyond is an error; nil: to the largest.
  public static func train(_ folder: URL, classCount: Int? = nil) throws -> ImageDataset {
    guard let set = try IDXSet(in: folder) else { throw missing(folder) }
    return try Half(set, isTraining: true).dataset(named: folder.lastPathComponent, classCount: classCount)
  }

  /// Reads the test images, the files named `t10k` or `test`.
  ///
  /// - Parameters:
  ///   - folder: The folder of both files.
  ///   - classCount: Labels run from 0 to `classCount - 1`, a label beyond is an error; nil: to the largest.
  public static func test(_ folder: URL, classCount: Int? = nil) throws -> ImageDataset {
    guard let set = try IDXSet(in: folder) else { throw missing(folder) }
    return try Half(set, isTraining: false).dataset(named: folder.lastPathComponent, classCount: classCount)
  }

  static func read(_ set: IDXSet, name: String, folder: URL) throws -> ImageSource {
    let (train, test) = (try Half(set, isTraining: true), try Half(set, isTraining: false))
    guard train.images.shape.dropFirst() == test.images.shape.dropFirst() else {
      let sizes = [test, train].map { "\($0.images.shape[1])x\($0.images.shape[2])" }
      throw DataFileError(
        file: folder.path,
        problem: "test images of \(sizes[0]), expected \(sizes[1]) as the training images have")
    }
    let classCount = max(train.largestLabel, test.largestLabel) + 1
    return ImageSource(
      train: try train.dataset(named: name, classCount: classCount),
      test: try test.dataset(named: name, classCount: classCount))
  }

  private static func missing(_ folder: URL) -> DataFileError {
    DataFileError(
      file: folder.path, problem: "no file train-images-idx3-ubyte, expected the four files of MNIST")
  }

  /// The images of one half and their labels.
  private struct Half {
    let images: IDXFile
    private let labels: [UInt8]
    private let labelFile: String
    private let part: String

    var largestLabel: Int { Int(labels.max() ?? 0) }

    init(_ set: IDXSet, isTraining: Bool) throws {
      let imageURL = try set.file(.images, isTraining: isTraining)
      let labelURL = try set.file(.labels, isTraining: isTraining)
      images = try IDXFile(contentsOf: imageURL)
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
      self.labels = labels.values
      labelFile = labelURL.path
      part = isTraining ? "train" : "test"
    }

    func dataset(named name: String, classCount: Int?) throws -> ImageDataset {
      let classCount = classCount ?? largestLabel + 1
      if let wrong = labels.firstIndex(where: { $0 >= classCount }) {
        throw DataFileError(
          file: labelFile,
          problem: "label \(labels[wrong]) of image \(wrong), expected 0 to \(classCount - 1)")
      }
      return ImageDataset(
        name: "\(name)/\(part)", source: "IDX files in \(name)", height: images.shape[1],
        width: images.shape[2], channels: 1, pixels: images.values, labels: labels.map(Int.init),
        classNames: (0..<classCount).map(String.init))
    }
  }
}
