import Datasets
import Foundation
import ImageFiles
import Testing

struct ImageSourceTests {
  @Test("the format is recognised from what lies at the path")
  func recognition() throws {
    #expect(try ImageSource.open(path: nil).train.name == "digits/train")

    let folder = try TemporaryFolder()
    for (prefix, count) in [("train", 2), ("t10k", 1)] {
      try folder.write("idx/\(prefix)-images-idx3-ubyte", idx([count, 2, 3], ramp(6 * count)))
      try folder.write("idx/\(prefix)-labels-idx1-ubyte", idx([count], ramp(count)))
    }
    #expect(try ImageSource.open(path: path("idx", folder)).train.name == "idx/train")

    for name in (1...5).map({ "data_batch_\($0)" }) + ["test_batch"] {
      try folder.write("cifar/\(name).bin", ramp(3073))
    }
    #expect(try ImageSource.open(path: path("cifar", folder)).train.count == 5)

    let pixel = try picture(width: 1, height: 1, channels: 1, from: 3).pngData()
    try folder.write("classes/train/a/1.png", pixel)
    try folder.write("classes/test/a/1.png", pixel)
    #expect(try ImageSource.open(path: path("classes", folder)).test.pixels == [3])
    try folder.write("set.TAR", HandmadeTar.archive([("train/a/1.png", pixel), ("test/a/2.png", pixel)]))
    #expect(try ImageSource.open(path: path("set.TAR", folder)).test.classNames == ["a"])
  }

  @Test("a path without images says what was expected")
  func refusals() throws {
    let folder = try TemporaryFolder()
    try folder.write("empty/readme", [1])
    try folder.write("file.zip", [1])
    for (name, problem) in [
      ("absent", "missing"), ("empty", "nothing known in this folder"), ("file.zip", "unknown kind of file"),
    ] {
      let text = message { _ = try ImageSource.open(path: path(name, folder)) }
      #expect(text?.hasPrefix("\(path(name, folder)): \(problem), expected a folder with the IDX") == true)
      #expect(text?.contains("\n") == false)
    }
  }

  @Test("an archive is known by its content, a folder with packed files only says what they are")
  func packed() throws {
    let folder = try TemporaryFolder()
    let pixel = try picture(width: 1, height: 1, channels: 1, from: 3).pngData()
    let tar = HandmadeTar.archive([("train/a/1.png", pixel), ("test/a/2.png", pixel)])
    for (name, bytes) in [
      ("set.tar.gz", gzip(tar)), ("set.tgz", gzip(tar)), ("named.tar", gzip(tar)), ("set", tar),
      ("set.gz", gzip(tar)),
    ] {
      try folder.write(name, bytes)
      let source = try ImageSource.open(path: path(name, folder))
      #expect(source.test.pixels == [3])
      #expect(source.train.name == (name == "named.tar" ? "named/train" : "set/train"))
    }
    try folder.write("packed/set.zip", [0x50, 0x4B, 3, 4] + ramp(40))
    #expect(
      message { _ = try ImageSource.open(path: path("packed", folder)) }?.hasPrefix(
        "\(path("packed", folder)): nothing known in this folder, which holds set.zip, a zip file (unpack it),"
          + " expected a folder with the IDX") == true)
    #expect(
      message { _ = try ImageSource.open(path: path("packed/set.zip", folder)) }?.hasPrefix(
        "\(path("packed/set.zip", folder)): is a zip file (unpack it), expected a folder with the IDX")
        == true)
    // CIFAR-10 for Python.
    try folder.write("python/data_batch_1", [0x80, 2, 0x7D, 0x71])
    #expect(
      message { _ = try ImageSource.open(path: path("python", folder)) }?.contains(
        "which holds data_batch_1, a Python pickle (") == true)
  }

  @Test("test images of another size than the training images are refused")
  func sizesDiffer() throws {
    let folder = try TemporaryFolder()
    for (prefix, width) in [("train", 3), ("t10k", 4)] {
      try folder.write("\(prefix)-images-idx3-ubyte", idx([1, 2, width], ramp(2 * width)))
      try folder.write("\(prefix)-labels-idx1-ubyte", idx([1], [0]))
    }
    #expect(
      message { _ = try ImageSource.open(path: folder.url.path) }
        == "\(folder.url.path): test images of 2x4, expected 2x3 as the training images have")
  }

  @Test("a set with a file missing is recognised and the file is named")
  func partial() throws {
    let folder = try TemporaryFolder()
    try folder.write("test_batch.bin", ramp(3073))
    #expect(
      message { _ = try ImageSource.open(path: folder.url.path) }
        == "\(folder.url.path)/data_batch_1.bin: missing, expected a file")
  }

  private func path(_ name: String, _ folder: TemporaryFolder) -> String {
    folder.url.appendingPathComponent(name).path
  }
}
