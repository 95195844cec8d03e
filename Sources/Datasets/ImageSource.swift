import Foundation
import Tensors

/// Training and test images of one origin.
public struct ImageSource: Sendable, Equatable {
  /// Images to learn from.
  public let train: ImageDataset
  /// Images to measure on.
  public let test: ImageDataset

  /// Joins two data sets of the same image size and classes.
  public init(train: ImageDataset, test: ImageDataset) {
    require(
      [train.height, train.width, train.channels] == [test.height, test.width, test.channels],
      "training images of \([train.height, train.width, train.channels]), test images of"
        + " \([test.height, test.width, test.channels])")
    require(
      train.classNames == test.classNames, "classes \(train.classNames) and \(test.classNames) differ")
    self.train = train
    self.test = test
  }

  /// Reads the images at `path`, in whichever known format they are there.
  ///
  /// nil: the embedded digits. A folder: IDX files of MNIST, binary files of CIFAR-10, or `train/` and `test/`
  /// with a folder of PNG or JPEG images a class. A file ending in `.tar`: such `train/` and `test/` folders.
  public static func open(path: String?) throws -> ImageSource {
    guard let path else {
      return ImageSource(train: try EmbeddedDigits.train(), test: try EmbeddedDigits.test())
    }
    let url = URL(fileURLWithPath: path)
    guard DataFile.exists(url) else {
      throw DataFileError(file: path, problem: "missing, expected \(formats)")
    }
    guard DataFile.isFolder(url) else {
      guard url.pathExtension.lowercased() == "tar" else {
        throw DataFileError(file: path, problem: "unknown kind of file, expected \(formats)")
      }
      return try ImageFolder.read(tar: url)
    }
    if IDXFolder.isOne(url) {
      return try joined(IDXFolder.train(url), IDXFolder.test(url), path: path)
    }
    if CIFAR10Binary.isOne(url) {
      return ImageSource(train: try CIFAR10Binary.train(url), test: try CIFAR10Binary.test(url))
    }
    if ["train", "test"].contains(where: { DataFile.isFolder(url.appendingPathComponent($0)) }) {
      return try ImageFolder.read(folder: url)
    }
    throw DataFileError(file: path, problem: "nothing known in this folder, expected \(formats)")
  }

  /// The files that make up the images at `path`, sorted; none for a folder of image files, which has too many.
  public static func files(at path: String) throws -> [String] {
    let url = URL(fileURLWithPath: path)
    guard DataFile.isFolder(url) else { return [path] }
    return try FileManager.default.contentsOfDirectory(atPath: path)
      .filter { $0.hasSuffix("-ubyte") || $0.hasSuffix(".bin") }
      .sorted()
      .map { "\(path)/\($0)" }
  }

  private static let formats =
    "a folder with the IDX files of MNIST, the .bin files of CIFAR-10 or train/ and test/ with images by class,"
    + " or a .tar of the latter"

  private static func joined(
    _ train: ImageDataset, _ test: ImageDataset, path: String
  ) throws -> ImageSource {
    guard train.height == test.height, train.width == test.width else {
      throw DataFileError(
        file: path,
        problem: "test images of \(test.height)x\(test.width), expected \(train.height)x\(train.width) as the"
          + " training images have")
    }
    return ImageSource(train: train, test: test)
  }
}
