import Datasets
import Foundation
import Foundations
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
      (
        [0x1F, 0x8B, 8, 0],
        "x: gzip data: expected a whole gzip file, found an end too early, after 4 bytes"
      ),
      (
        Array("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9\n".utf8),
        "x: is a Git LFS pointer (run `git lfs pull` to get the file itself), expected an IDX file"
      ),
      (
        [UInt8](repeating: 0, count: 99),
        "x: is nothing but zero bytes (the copy or download broke off: fetch it again), expected an IDX file"
      ),
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
      message { _ = try IDXFolder.train(folder.url, classCount: 10) }
        == "\(folder.url.path)/\(labels): label 10 of image 1, expected 0 to 9")
    #expect(try IDXFolder.train(folder.url).classNames.count == 11)
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

  @Test(
    "the files are found where downloads and other programs put them",
    arguments: [
      { "\($0)" }, { "\($0).gz" }, { "\($0)/\($0)" }, { "\($0.replacing("-idx", with: ".idx"))/\($0)" },
      { "raw/\($0)" }, { "MNIST/raw/\($0).gz" },
      { "gzip/emnist-letters-\($0.replacing("t10k", with: "test")).gz" },
      { "emnist-letters-\($0.replacing("t10k", with: "test"))" },
    ] as [@Sendable (String) -> String])
  func layouts(path: @Sendable (String) -> String) throws {
    let folder = try TemporaryFolder()
    let files = [
      ("train-images-idx3-ubyte", idx([3, 4, 5], ramp(60))),
      ("train-labels-idx1-ubyte", idx([3], [7, 1, 2])),
      ("t10k-images-idx3-ubyte", idx([2, 4, 5], ramp(40, from: 100))),
      ("t10k-labels-idx1-ubyte", idx([2], [26, 1])),
    ]
    for (name, bytes) in files {
      let place = path(name)
      try folder.write(place, place.hasSuffix(".gz") ? gzip(bytes) : bytes)
    }
    let source = try ImageSource.open(path: folder.url.path)
    #expect(source.train.pixels == ramp(60) && source.train.labels == [7, 1, 2])
    #expect(source.test.pixels == ramp(40, from: 100) && source.test.labels == [26, 1])
    #expect(
      source.train.classNames == (0...26).map(String.init)
        && source.test.classNames == source.train.classNames)
    #expect(
      try ImageSource.files(at: folder.url.path) == files.map { "\(folder.url.path)/\(path($0.0))" }.sorted())
  }

  @Test("plain files win over folders of their names, and those over packed ones")
  func copies() throws {
    let folder = try mnistLike(separator: ".")
    try folder.write("train-images-idx3-ubyte/train-images-idx3-ubyte", idx([3, 4, 5], ramp(60, from: 9)))
    try folder.write("train-images-idx3-ubyte.gz", [1])
    #expect(try IDXFolder.train(folder.url).pixels == ramp(60))
    try folder.remove("train-images.idx3-ubyte")
    #expect(try IDXFolder.train(folder.url).pixels == ramp(60, from: 9))
  }

  @Test("of several sets in a folder one is read by its name")
  func severalSets() throws {
    let folder = try TemporaryFolder()
    for (number, set) in ["emnist-digits", "emnist-letters"].enumerated() {
      for half in ["train", "test"] {
        try folder.write("\(set)-\(half)-images-idx3-ubyte", idx([1, 2, 2], ramp(4, from: number)))
        try folder.write("\(set)-\(half)-labels-idx1-ubyte", idx([1], [UInt8(number)]))
      }
    }
    let path = folder.url.path
    #expect(
      message { _ = try ImageSource.open(path: path) }
        == "\(path): files of several sets (emnist-digits, emnist-letters), expected one, named as in"
        + " \(folder.url.lastPathComponent)/emnist-digits")
    let letters = try ImageSource.open(path: "\(path)/emnist-letters")
    #expect(letters.train.pixels == ramp(4, from: 1) && letters.test.labels == [1])
    #expect(letters.train.name == "emnist-letters/train")
    #expect(try ImageSource.files(at: "\(path)/emnist-letters").count == 4)
    #expect(
      message { _ = try ImageSource.open(path: "\(path)/emnist") }?.contains(
        "emnist: missing, expected a folder") == true)
    try folder.remove("emnist-letters-test-labels-idx1-ubyte")
    #expect(
      message { _ = try ImageSource.open(path: "\(path)/emnist-letters") }
        == "\(path): no file emnist-letters-test-labels-idx1-ubyte, expected the four files of MNIST")

    let torch = try TemporaryFolder()
    for set in ["MNIST", "KMNIST"] { try torch.write("\(set)/raw/train-images-idx3-ubyte", [1]) }
    #expect(
      message { _ = try ImageSource.open(path: torch.url.path) }
        == "\(torch.url.path): several sets (KMNIST/raw, MNIST/raw), expected the folder of one")
  }

  @Test("packed data that unpacks to more than its header states is refused, as is what follows it")
  func packedSizes() throws {
    let file = idx([2, 3], ramp(6))
    #expect(try IDXFile(bytes: gzip(file), name: "x").values == ramp(6))
    // Two members in a row are one file, as for `gzip -d`; so are zeros behind them.
    #expect(
      try IDXFile(bytes: gzip(Array(file[..<7])) + gzip(Array(file[7...])) + [0, 0, 0], name: "x").values
        == ramp(6))
    #expect(
      message { _ = try IDXFile(bytes: gzip(file + ramp(300_000)), name: "x") }
        == "x: unpacked size: expected at most 18 bytes, found more")
    #expect(
      message { _ = try IDXFile(bytes: gzip(Array(file.dropLast())), name: "x") }
        == "x: 5 bytes of values, expected 6 for the stated dimensions 2x3")
    #expect(
      message { _ = try IDXFile(bytes: gzip(file) + [7], name: "x") }
        == "x: gzip data: expected a whole gzip file, found other bytes after it")
    var damaged = gzip(file)
    damaged[damaged.count - 9] ^= 1
    #expect(
      message { _ = try IDXFile(bytes: damaged, name: "x") }?.hasPrefix("x: gzip data: expected a whole")
        == true)
    for count in 2..<gzip(file).count {
      #expect(message { _ = try IDXFile(bytes: Array(gzip(file).prefix(count)), name: "x") } != nil)
    }
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
