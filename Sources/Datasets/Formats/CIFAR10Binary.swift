public import Foundation

/// A folder with the binary version of CIFAR-10: `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`.
///
/// A file is a row of records of 3,073 bytes: the class (0 to 9), then 1,024 red, 1,024 green and 1,024 blue
/// values of a 32x32 image. Source: the description at cs.toronto.edu/~kriz/cifar.html.
public enum CIFAR10Binary {
  /// Names of the ten classes in the order of their numbers.
  public static let classNames = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  private static let side = 32
  private static let recordSize = 1 + 3 * side * side
  private static let trainNames = (1...5).map { "data_batch_\($0).bin" }
  private static let testNames = ["test_batch.bin"]

  /// Reads the five training files, in order.
  public static func train(_ folder: URL) throws -> ImageDataset {
    try read(folder, trainNames, part: "train")
  }

  /// Reads the test file.
  public static func test(_ folder: URL) throws -> ImageDataset {
    try read(folder, testNames, part: "test")
  }

  /// The folder with the files, the one at `url` or the one that the published archive unpacks to in it; nil without.
  static func folder(at url: URL) -> URL? {
    [url, url.appendingPathComponent("cifar-10-batches-bin")].first { folder in
      (trainNames + testNames).contains { DataFile.exists(folder.appendingPathComponent($0)) }
    }
  }

  static func files(_ folder: URL) -> [String] {
    (trainNames + testNames).map { folder.appendingPathComponent($0).path }
  }

  private static func read(_ folder: URL, _ names: [String], part: String) throws -> ImageDataset {
    var pixels: [UInt8] = []
    var labels: [Int] = []
    for name in names {
      try append(folder.appendingPathComponent(name), pixels: &pixels, labels: &labels)
    }
    return ImageDataset(
      name: "\(folder.lastPathComponent)/\(part)",
      source: "CIFAR-10 binary files in \(folder.lastPathComponent)", height: side, width: side, channels: 3,
      pixels: pixels, labels: labels, classNames: classNames)
  }

  private static func append(_ url: URL, pixels: inout [UInt8], labels: inout [Int]) throws {
    let file = try DataFile.bytes(url)
    guard !file.isEmpty, file.count % recordSize == 0 else {
      throw DataFile.foreign(
        file, name: url.path, expected: "records of \(recordSize) bytes",
        otherwise: "\(file.count) bytes, expected a positive multiple of the record size \(recordSize)")
    }
    let planeSize = side * side
    for record in stride(from: 0, to: file.count, by: recordSize) {
      guard file[record] < classNames.count else {
        throw DataFileError(
          file: url.path,
          problem: "label \(file[record]) of record \(record / recordSize), expected 0 to"
            + " \(classNames.count - 1)")
      }
      labels.append(Int(file[record]))
      for position in record + 1..<record + 1 + planeSize {
        pixels.append(file[position])
        pixels.append(file[position + planeSize])
        pixels.append(file[position + 2 * planeSize])
      }
    }
  }
}
