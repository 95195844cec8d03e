import ArrayFiles
import Foundation
import Foundations
import Tensors

/// Training and test images of one origin.
public struct ImageSource: Sendable, Equatable {
  /// Images to learn from.
  public let train: ImageDataset
  /// Images to measure on.
  public let test: ImageDataset
  /// What was assumed and passed over in reading, a line each.
  public let notes: [String]

  /// Joins two data sets of the same image size and classes.
  public init(train: ImageDataset, test: ImageDataset, notes: [String] = []) {
    require(
      [train.height, train.width, train.channels] == [test.height, test.width, test.channels],
      "training images of \([train.height, train.width, train.channels]), test images of"
        + " \([test.height, test.width, test.channels])")
    require(
      train.classNames == test.classNames, "classes \(train.classNames) and \(test.classNames) differ")
    self.train = train
    self.test = test
    self.notes = notes
  }

  /// Reads the images at `path`, in whichever known format they are there.
  ///
  /// nil: the embedded digits. A folder: IDX files of MNIST, binary files of CIFAR-10, or `train/` and `test/`
  /// with a folder of PNG or JPEG images a class; see ``IDXFolder``, ``CIFAR10Binary`` and ``ImageFolder`` for the
  /// file names and folders that are understood. A tar file, compressed with gzip or not: such `train/` and `test/` folders.
  /// Where a folder holds several sets in the form of MNIST, as EMNIST's does, one by name: `FOLDER/emnist-letters`.
  public static func open(path: String?) throws -> ImageSource {
    guard let path else {
      return ImageSource(train: try EmbeddedDigits.train(), test: try EmbeddedDigits.test())
    }
    let url = URL(fileURLWithPath: path)
    guard DataFile.exists(url) else {
      guard let set = try namedSet(url) else {
        throw DataFileError(file: path, problem: "missing, expected \(formats)")
      }
      return try IDXFolder.read(set, name: url.lastPathComponent, folder: url)
    }
    guard DataFile.isFolder(url) else { return try archive(url) }
    if let set = try IDXSet(in: url) {
      return try IDXFolder.read(set, name: url.lastPathComponent, folder: url)
    }
    if let folder = CIFAR10Binary.folder(at: url) {
      return ImageSource(train: try CIFAR10Binary.train(folder), test: try CIFAR10Binary.test(folder))
    }
    let names = try DataFile.names(inFolder: url)
    let isImageFolder = names.contains {
      ImageFolder.Half(folderName: $0) != nil && DataFile.isFolder(url.appendingPathComponent($0))
    }
    if isImageFolder { return try ImageFolder.read(folder: url) }
    throw DataFileError(
      file: path, problem: "nothing known in this folder\(packed(names, in: url)), expected \(formats)")
  }

  /// The files that make up the images at `path`, sorted; none for a folder of image files, which has too many.
  public static func files(at path: String) throws -> [String] {
    let url = URL(fileURLWithPath: path)
    if let set = try DataFile.isFolder(url) ? IDXSet(in: url) : DataFile.exists(url) ? nil : namedSet(url) {
      return try [false, true].flatMap { isTraining in
        try [IDXSet.Content.images, .labels].map { try set.file($0, isTraining: isTraining).path }
      }
      .sorted()
    }
    guard DataFile.isFolder(url) else { return [path] }
    return CIFAR10Binary.folder(at: url).map(CIFAR10Binary.files) ?? []
  }

  private static let formats =
    "a folder with the IDX files of MNIST, the .bin files of CIFAR-10 or train/ and test/ with images by class,"
    + " or a .tar of the latter"

  /// One of several sets in the form of MNIST in a folder.
  private static func namedSet(_ url: URL) throws -> IDXSet? {
    let folder = url.deletingLastPathComponent()
    return DataFile.isFolder(folder) ? try IDXSet(in: folder, named: url.lastPathComponent) : nil
  }

  private static func archive(_ url: URL) throws -> ImageSource {
    let kind = FileKind(path: url.path)
    let isNamedTar = ["tar", "tgz"].contains(url.pathExtension.lowercased())
    guard isNamedTar || kind == .tar || kind == .gzip else {
      let found = kind.map { "is \($0)" } ?? "unknown kind of file"
      throw DataFileError(file: url.path, problem: "\(found), expected \(formats)")
    }
    return try ImageFolder.read(tar: url)
  }

  /// What of a folder without anything known may hold what was meant: ", which holds x.zip, a zip file (unpack it)".
  private static func packed(_ names: [String], in folder: URL) -> String {
    for name in names {
      let file = folder.appendingPathComponent(name)
      guard !DataFile.isFolder(file), let kind = FileKind(path: file.path) else { continue }
      let kinds: [FileKind] = [
        .gzip, .bzip2, .xz, .zstandard, .zip, .sevenZip, .rar, .tar, .gitLFSPointer, .htmlPage, .pickle,
        .parquet,
      ]
      if kinds.contains(kind) { return ", which holds \(name), \(kind)" }
    }
    return ""
  }
}
