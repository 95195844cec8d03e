import Datasets
import Foundation
import ImageFiles
import Testing

struct ImageFolderTests {
  /// Written out of order, with a class name that sorts differently by path than by class.
  private let pictures: [(path: String, image: PixelImage)] = [
    ("test/dog/1.png", picture(width: 3, height: 2, channels: 3, from: 200)),
    ("train/dog/2.png", picture(width: 3, height: 2, channels: 3, from: 20)),
    ("train/cat/9.png", picture(width: 3, height: 2, channels: 1, from: 90)),
    ("train/cat-big/1.png", picture(width: 3, height: 2, channels: 3, from: 10)),
    ("train/cat/10.png", picture(width: 3, height: 2, channels: 3, from: 100)),
    ("test/cat/1.png", picture(width: 3, height: 2, channels: 3, from: 150)),
    ("test/cat-big/4.PNG", picture(width: 3, height: 2, channels: 3, from: 40)),
  ]

  @Test("a folder and a tar of it give the same images, sorted by class and name")
  func reading() throws {
    let folder = try written()
    try folder.write(".DS_Store", [1])
    try folder.write("train/.hidden", [1])
    let tar = try folder.write("set.tar", try archive())
    for source in [try ImageFolder.read(folder: folder.url), try ImageFolder.read(tar: tar)] {
      #expect(source.train.classNames == ["cat", "cat-big", "dog"])
      #expect(source.train.labels == [0, 0, 1, 2])
      #expect(source.test.labels == [0, 1, 2])
      #expect(sizes(source.train) == [4, 2, 3, 3])
      #expect(source.train[0].bytes == ramp(18, from: 100))
      #expect(source.train[1].bytes == ramp(6, from: 90).flatMap { [$0, $0, $0] })
      #expect(source.train[3].bytes == ramp(18, from: 20))
      #expect(source.test.pixels == ramp(18, from: 150) + ramp(18, from: 40) + ramp(18, from: 200))
    }
    #expect(try ImageFolder.read(tar: tar).train.name == "set/train")
  }

  @Test("a tar may hold one folder around train and test")
  func wrapped() throws {
    let folder = try TemporaryFolder()
    var tar = HandmadeTar()
    tar.add("animals/", [], type: "5")
    for (path, image) in pictures { tar.add("animals/" + path, try image.pngData()) }
    let source = try ImageFolder.read(tar: folder.write("wrapped.tar", tar.closed))
    #expect(source.train.count == 4 && source.test.count == 3)
  }

  @Test("hundreds of images keep their order when decoded in parallel")
  func order() throws {
    let folder = try TemporaryFolder()
    var tar = HandmadeTar()
    for number in 0..<700 {
      let color = [UInt8(number & 255), UInt8(number >> 8), 7]
      let image = PixelImage(width: 1, height: 1, channels: 3, bytes: color)
      tar.add("train/a/\(1000 + number).png", try image.pngData())
    }
    tar.add("test/a/0.png", try PixelImage(width: 1, height: 1, channels: 3, bytes: [1, 2, 3]).pngData())
    let train = try ImageFolder.read(tar: folder.write("many.tar", tar.closed)).train
    let expected = (0..<700).flatMap { number -> [UInt8] in [UInt8(number & 255), UInt8(number >> 8), 7] }
    #expect(train.pixels == expected)
  }

  @Test("of several damaged images the first is named")
  func damagedImages() throws {
    let folder = try written()
    try folder.write("train/dog/3.jpg", [0xFF, 0xD8])
    let cut = try picture(width: 3, height: 2, channels: 3, from: 5).pngData().dropLast(3)
    try folder.write("train/dog/1.png", Array(cut))
    let text = message { _ = try ImageFolder.read(folder: folder.url) }
    #expect(text?.hasPrefix("\(folder.url.path)/train/dog/1.png: truncated PNG: ") == true)
    try folder.write("train/cat/1.png", [])
    let emptyText = message { _ = try ImageFolder.read(folder: folder.url) }
    #expect(emptyText == "\(folder.url.path)/train/cat/1.png: empty file, expected a PNG or JPEG image")
  }

  @Test("an image of another size, a foreign file and a repeated path are refused")
  func unsuitable() throws {
    var folder = try written()
    try folder.write("test/dog/2.png", try picture(width: 2, height: 3, channels: 3, from: 0).pngData())
    #expect(
      message { _ = try ImageFolder.read(folder: folder.url) }
        == "\(folder.url.path)/test/dog/2.png: size 2x3, expected 3x2 as train/cat/10.png has")

    folder = try written()
    try folder.write("train/dog/notes.txt", [1])
    #expect(
      message { _ = try ImageFolder.read(folder: folder.url) }
        == "\(folder.url.path)/train/dog/notes.txt: unexpected file, expected .png, .jpg or .jpeg")

    folder = try written()
    try folder.write("train/loose.png", [1])
    #expect(
      message { _ = try ImageFolder.read(folder: folder.url) }
        == "\(folder.url.path)/train/loose.png: unexpected place, expected train or test/<class>/<image>")

    var tar = HandmadeTar()
    for _ in 0..<2 { for (path, image) in pictures { tar.add(path, try image.pngData()) } }
    let url = try folder.write("twice.tar", tar.closed)
    #expect(
      message { _ = try ImageFolder.read(tar: url) }
        == "\(url.path)/train/cat/10.png: is there twice, expected every path once")
  }

  @Test("missing halves, empty classes and classes without training images are named")
  func incomplete() throws {
    var folder = try written()
    try folder.remove("test")
    #expect(
      message { _ = try ImageFolder.read(folder: folder.url) }
        == "\(folder.url.path)/test: missing or empty, expected one folder of images a class")
    folder = try written()
    try folder.remove("train/dog/2.png")
    #expect(
      message { _ = try ImageFolder.read(folder: folder.url) }
        == "\(folder.url.path)/train/dog: no images, expected at least one")
    try folder.remove("train/dog")
    #expect(
      message { _ = try ImageFolder.read(folder: folder.url) }
        == "\(folder.url.path)/test/dog: class without training images, expected train/dog")
  }

  private func written() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (path, image) in pictures { try folder.write(path, try image.pngData()) }
    return folder
  }

  private func archive() throws -> [UInt8] {
    try HandmadeTar.archive(pictures.map { ($0.path, try $0.image.pngData()) })
  }
}
