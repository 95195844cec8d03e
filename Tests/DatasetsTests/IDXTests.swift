import Datasets
import Foundation
import Testing

struct IDXTests {
  @Test("four IDX files become two data sets", arguments: ["-", "."])
  func reading(separator: String) throws {
    let folder = try mnistLike(separator: separator)
    let train = try IDXFolder.train(folder.url)
    #expect(sizes(train) == [3, 4, 5, 1])
    #expect(train.pixels == ramp(60))
    #expect(train.labels == [7, 0, 9])
    #expect(train.classNames == ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"])
    let test = try IDXFolder.test(folder.url)
    #expect(test.pixels == ramp(40, from: 100))
    #expect(test.labels == [2, 1])
  }

  @Test("the shape is read big-endian from the header")
  func shape() throws {
    let file = try IDXFile(bytes: idx([1, 259, 2], ramp(518)), name: "x")
    #expect(file.shape == [1, 259, 2])
    #expect(file.values == ramp(518))
  }

  @Test(
    "a damaged IDX file is refused with its name and field",
    arguments: [
      ([], "x: 0 bytes, expected the 4-byte magic number of IDX"),
      ([0x1F, 0x8B, 8, 0], "x: is compressed with gzip, expected an unpacked IDX file"),
      ([9, 0, 8, 1], "x: magic number starts with 9 0, expected 0 0 of an IDX file"),
      ([0, 0, 0x0D, 1], "x: type code 13, expected 8 (unsigned byte)"),
      ([0, 0, 8, 0], "x: 0 dimensions, expected at least 1"),
      ([0, 0, 8, 3, 0, 0], "x: truncated header: 6 bytes, expected 16 for 3 dimensions"),
      (
        [0, 0, 8, 1, 0, 0, 0, 5, 1, 2, 3, 4],
        "x: 4 bytes of values, expected 5 for the stated dimensions 5"
      ),
      (
        [0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3],
        "x: 3 bytes of values, expected 2 for the stated dimensions 1x2"
      ),
    ] as [([UInt8], String)])
  func damaged(bytes: [UInt8], expected: String) {
    #expect(message { _ = try IDXFile(bytes: bytes, name: "x") } == expected)
  }

  @Test("stated dimensions whose product overflows are refused")
  func overflow() {
    let huge = [UInt8](repeating: 0xFF, count: 16)
    let text = message { _ = try IDXFile(bytes: [0, 0, 8, 4] + huge, name: "x") }
    #expect(text?.hasPrefix("x: 0 bytes of values, expected \(Int.max) for") == true)
  }

  @Test("a missing file, a wrong label count and a label out of range are named")
  func inconsistentFolder() throws {
    let folder = try mnistLike(separator: "-")
    let labels = "train-labels-idx1-ubyte"
    try folder.write(labels, idx([2], [1, 2]))
    #expect(
      message { _ = try IDXFolder.train(folder.url) }
        == "\(folder.url.path)/\(labels): label dimensions [2], expected [3] as the images have")
    try folder.write(labels, idx([3], [1, 10, 2]))
    #expect(
      message { _ = try IDXFolder.train(folder.url) }
        == "\(folder.url.path)/\(labels): label 10 of image 1, expected 0 to 9")
    #expect(try IDXFolder.train(folder.url, classCount: 11).labels == [1, 10, 2])
    try folder.remove(labels)
    #expect(
      message { _ = try IDXFolder.train(folder.url) }
        == "\(folder.url.path): no file \(labels), expected the four files of MNIST")
    try folder.write("train-labels-idx1-ubyte", idx([3], [1, 2, 3]))
    try folder.write("train-images-idx3-ubyte", idx([3, 4], ramp(12)))
    #expect(
      message { _ = try IDXFolder.train(folder.url) }?.hasSuffix(
        "train-images-idx3-ubyte: dimensions [3, 4], expected 3 above 0: images, rows, columns") == true)
  }

  @Test("the embedded digits are 4,000 and 1,000 balanced images")
  func embeddedDigits() throws {
    let (train, test) = (try EmbeddedDigits.train(), try EmbeddedDigits.test())
    for (digits, each) in [(train, 400), (test, 100)] {
      #expect(sizes(digits) == [10 * each, 28, 28, 1])
      let labels = try #require(digits.labels)
      #expect((0..<10).map { digit in labels.count { $0 == digit } } == [Int](repeating: each, count: 10))
    }
    #expect(train.labels?.prefix(8) == [0, 6, 5, 9, 5, 0, 0, 0])
    // Mean of all bytes, computed with numpy.
    let normalization = PixelNormalization(measuring: train)
    #expect(abs(normalization.mean[0] - 0.131_389_47) < 1e-7)
    #expect(abs(normalization.standardDeviation[0] - 0.308_658_55) < 1e-7)
  }

  private func mnistLike(separator: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("train-images\(separator)idx3-ubyte", idx([3, 4, 5], ramp(60)))
    try folder.write("train-labels\(separator)idx1-ubyte", idx([3], [7, 0, 9]))
    try folder.write("t10k-images\(separator)idx3-ubyte", idx([2, 4, 5], ramp(40, from: 100)))
    try folder.write("t10k-labels\(separator)idx1-ubyte", idx([2], [2, 1]))
    return folder
  }
}
