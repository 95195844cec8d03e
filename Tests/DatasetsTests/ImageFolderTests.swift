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
    try folder.write("train/dog/3.gif", [1])
    #expect(
      message { _ = try ImageFolder.read(folder: folder.url) }
        == "\(folder.url.path)/train/dog/3.gif: unexpected file, expected .png, .jpg or .jpeg")

    folder = try written()
    try folder.write("train/loose.png", [1])
    #expect(
      message { _ = try ImageFolder.read(folder: folder.url) }
        == "\(folder.url.path)/train/loose.png: unexpected path, expected train/<class>/<image>")
    try folder.remove("train/loose.png")
    try folder.write("train/dog/more/3.png", [1])
    #expect(
      message { _ = try ImageFolder.read(folder: folder.url) }
        == "\(folder.url.path)/train/dog/more: unexpected path, expected train/<class>/<image>")

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

  @Test("what lies beside images and is none is passed over and counted in one line")
  func accompanying() throws {
    let folder = try written()
    var tar = HandmadeTar()
    for (path, image) in pictures { tar.add(path, try image.pngData()) }
    let others = [
      "train/cat/Thumbs.db", "train/dog/Thumbs.db", "train/README", "test/dog/desktop.ini",
      "test/LICENSE.txt",
      "train/classes.csv",
    ]
    let silent = ["train/cat/._9.png", "__MACOSX/train/cat/._9.png", "train/.DS_Store", "@eaDir/x.png"]
    for path in others + silent {
      try folder.write(path, [1])
      tar.add(path, [1])
    }
    let plain = try ImageFolder.read(tar: folder.write("plain.tar", try archive()))
    for source in [
      try ImageFolder.read(folder: folder.url),
      try ImageFolder.read(tar: folder.write("set.tar", tar.closed)),
    ] {
      #expect(
        source.notes == [
          "6 files that are no images passed over: LICENSE.txt, README, Thumbs.db, classes.csv, desktop.ini"
        ])
      #expect(source.train.pixels == plain.train.pixels && source.train.labels == plain.train.labels)
      #expect(source.test.pixels == plain.test.pixels && plain.notes.isEmpty)
    }
  }

  @Test(
    "folders of other names serve as train and test, and it is said",
    arguments: [("train", "val"), ("training", "testing"), ("Train", "validation"), ("train", "valid")])
  func otherNames(train: String, test: String) throws {
    func renamed(_ path: String) -> String {
      path.replacing("train/", with: train + "/").replacing("test/", with: test + "/")
    }
    let folder = try TemporaryFolder()
    for (path, image) in pictures { try folder.write(renamed(path), try image.pngData()) }
    let tar = try folder.write(
      "x.tar", HandmadeTar.archive(pictures.map { (renamed($0.path), try $0.image.pngData()) }))
    let usual = try written()
    let expected = try ImageFolder.read(folder: usual.url)
    for source in [try ImageSource.open(path: folder.url.path), try ImageFolder.read(tar: tar)] {
      #expect(source.train.pixels == expected.train.pixels && source.test.labels == expected.test.labels)
      let notes = (train == "train" ? [] : ["\(train)/ serves as train/"]) + ["\(test)/ serves as test/"]
      #expect(source.notes == notes)
    }
    // Where test/ is there as well, it is taken; where its images have no classes, it is not.
    for (path, image) in pictures where path.hasPrefix("test") { try folder.write(path, try image.pngData()) }
    #expect(try ImageFolder.read(folder: folder.url).notes.last == "not used: \(test)/")
    try folder.remove("test")
    try folder.write("test/images/unknown.png", try pictures[0].image.pngData())
    let source = try ImageFolder.read(folder: folder.url)
    #expect(source.notes.suffix(2) == ["\(test)/ serves as test/", "not used: test/"])
    #expect(source.test.pixels == expected.test.pixels)
  }

  @Test("the layout of Tiny ImageNet is read: images in folders of their own, classes of val in a list")
  func tinyImageNet() throws {
    let folder = try TemporaryFolder()
    for (number, name) in ["n01", "n02"].enumerated() {
      for image in 0..<2 {
        try folder.write(
          "train/\(name)/images/\(name)_\(image).JPEG",
          try picture(width: 2, height: 2, channels: 1, from: 10 * number + image).pngData())
      }
      try folder.write("train/\(name)/\(name)_boxes.txt", [1])
      try folder.write(
        "val/images/val_\(number).JPEG", try picture(width: 2, height: 2, channels: 1, from: number).pngData()
      )
    }
    try folder.write("test/images/test_0.JPEG", [1])
    try folder.write("wnids.txt", [1])
    let list = "val/val_annotations.txt"
    try folder.write(list, Array("val_0.JPEG\tn02\t0\t1\t2\t3\r\nval_1.JPEG\tn01\t0\t0\t1\t1\r\n".utf8))
    let source = try ImageSource.open(path: folder.url.path)
    #expect(source.train.classNames == ["n01", "n02"] && source.train.labels == [0, 0, 1, 1])
    #expect(source.test.labels == [0, 1] && source.test.pixels == ramp(4, from: 1) + ramp(4))
    #expect(
      source.notes == [
        "val/ serves as test/", "not used: test/",
        "2 files that are no images passed over: n01_boxes.txt, n02_boxes.txt",
      ])
    try folder.write(list, Array("val_0.JPEG\tn02\n".utf8))
    #expect(
      message { _ = try ImageFolder.read(folder: folder.url) }
        == "\(folder.url.path)/val/images/val_1.JPEG: no class, expected a line in val_annotations.txt")
    try folder.write(list, Array("val_0.JPEG\tn02\nval_1.JPEG\tn07\n".utf8))
    #expect(
      message { _ = try ImageFolder.read(folder: folder.url) }
        == "\(folder.url.path)/val/n07: class without training images, expected train/n07")
  }

  @Test("an image that is another kind of file is named for what it is")
  func foreignImages() throws {
    let folder = try written()
    let file = "train/cat/1.jpg"
    for (bytes, kind) in [
      (
        Array("version https://git-lfs.github.com/spec/v1\noid".utf8),
        "a Git LFS pointer (run `git lfs pull` to get the file itself)"
      ),
      (Array("GIF89a\u{1}".utf8), "a GIF image"), (Array("RIFF1234WEBPVP8L".utf8), "a WebP image"),
      (Array("404: Not Found".utf8), "text that begins with \"404: Not Found\""),
    ] {
      try folder.write(file, bytes)
      #expect(
        message { _ = try ImageFolder.read(folder: folder.url) }
          == "\(folder.url.path)/\(file): is \(kind), expected a PNG or JPEG image")
    }
  }

  @Test("sizes are those of the upright pictures")
  func turned() throws {
    let folder = try TemporaryFolder()
    let wide = picture(width: 24, height: 16, channels: 3, from: 0)
    // Exif with orientation 6 behind the start of the file: upright, the picture is 16 wide and 24 high.
    let exif: [UInt8] =
      [0xFF, 0xE1, 0, 34] + Array("Exif\0\0MM\0*\0\0\0\u{8}\0\u{1}".utf8)
      + [1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
    let file = try wide.jpegData()
    try folder.write("train/a/1.jpg", Array(file[..<2]) + exif + Array(file[2...]))
    try folder.write("test/a/1.png", try picture(width: 16, height: 24, channels: 3, from: 0).pngData())
    let source = try ImageFolder.read(folder: folder.url)
    #expect(sizes(source.train) == [1, 24, 16, 3] && sizes(source.test) == [1, 24, 16, 3])
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
