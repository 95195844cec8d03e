import Datasets
import Foundation
import Tensors
import Testing

/// What experiments take of small bags, of images and of texts.
@Suite("parts of data sets") struct SmallBagTests {
  private func dataset(
    _ images: [[UInt8]], labels: [Int]? = nil, width: Int = 2, channels: Int = 1
  ) -> ImageDataset {
    ImageDataset(
      name: "gray", source: "made", height: 1, width: width, channels: channels,
      pixels: images.flatMap { $0 }, labels: labels,
      classNames: (0..<10).map { "\($0).png" })
  }

  @Test("different patterns are listed once, in the order in which they first occur")
  func distinct() {
    let bags = BitPatternBags(
      bagCount: 6, instanceCount: 5, size: 3, signalCount: 2, random: RandomStream(seed: 3))
    let found: Tensor<Float> = bags.distinctPatterns(of: [4, 1, 2])
    let batch: Tensor<Float> = bags.batch([4, 1, 2])
    var expected: [[Float]] = []
    for row in 0..<15 {
      let pattern = Array(batch.elements[row * 3..<row * 3 + 3])
      if !expected.contains(pattern) { expected.append(pattern) }
    }
    #expect(
      found.shape == [expected.count, 3] && found.elements == expected.flatMap { $0 } && expected.count < 15)
  }

  @Test("bags outside a range are the others, in rising order")
  func outside() {
    let bags = BitPatternBags(
      bagCount: 8, instanceCount: 3, size: 4, signalCount: 2, random: RandomStream(seed: 1))
    #expect(bags.count == 8 && bags.indices(outside: 2..<6) == [0, 1, 6, 7])
    #expect(bags.indices(outside: 0..<8).isEmpty && bags.indices(outside: 3..<3) == Array(0..<8))
  }

  @Test("bags of digits have their images' levels; without labels or without the target there are none")
  func digitBags() throws {
    let images = (0..<20).map { [UInt8($0), UInt8(255 - $0)] }
    let labels = (0..<20).map { $0 % 10 }
    let set = dataset(images, labels: labels)
    let bags = try DigitBags(of: set, bagCount: 7, target: 3, random: RandomStream(seed: 1))
    #expect(bags == DigitBags(labels: labels, bagCount: 7, target: 3, random: RandomStream(seed: 1)))
    for bag in 0..<7 {
      let batch: Tensor<Float> = ImageBags(bags, in: set).batch([bag])
      #expect(batch.shape == [1, bags.images[bag].count, 1, 2])
      let levels: [Float] = bags.images[bag].flatMap { level -> [Float] in
        [Float(level) / 255, Float(255 - level) / 255]
      }
      #expect(batch.elements == levels)
    }
    let drawn = try ImageBags(of: set, bagCount: 7, target: 3, random: RandomStream(seed: 1))
    #expect(drawn.isPositive == bags.isPositive)
    for bad in [
      dataset(images), dataset(images, labels: Array(repeating: 3, count: 20)),
      dataset(images, labels: Array(repeating: 4, count: 20)),
      dataset(images.map { $0 + $0 + $0 }, labels: labels, channels: 3),
    ] {
      #expect(throws: DataFileError.self) {
        try DigitBags(of: bad, bagCount: 7, target: 3, random: RandomStream(seed: 1))
      }
    }
  }

  @Test("images that cannot be told apart are refused with the reason, copies are counted")
  func distinguishable() throws {
    func refusal(_ images: [[UInt8]]) -> String {
      do {
        _ = try ImagePatterns(distinct: dataset(images), from: "photos")
        return ""
      } catch { return "\(error)" }
    }
    #expect(
      refusal([[1, 2]]).contains("one image") && refusal([[1, 2], [1, 2]]).contains("all alike at 2 × 1"))
    #expect(refusal([[0, 10], [50, 60], [100, 110]]).contains("photos/1.png"))
    let images: [[UInt8]] = [[0, 10], [50, 60], [0, 10], [7, 7]]
    #expect(dataset(images).distinctCount == 3)
    var notes: [String] = []
    let patterns = try ImagePatterns(distinct: dataset(images), from: "photos") { notes.append($0) }
    #expect(notes == ["photos: 1 of 4 images are copies of others at 2 × 1 pixels"])
    #expect(patterns.rows.elements == ImagePatterns(dataset(images)).rows.elements)
  }

  @Test(
    "documentation is its pages, then the comments of the sources, file by file; without pages there is none")
  func documentation() throws {
    let place = try TemporaryFolder()
    func write(_ path: String, _ text: String) throws { try place.write(path, Array(text.utf8)) }
    func text() throws -> String? {
      try PackageDocumentation.text(of: place.url, pages: ["Guides"], sources: ["Sources"])
    }
    try write("Sources/B/b.swift", "/// Two.\nlet b = 2 // no comment\n  /// Three.\r\n///\n")
    try write("Sources/A/a.swift", "// no documentation\n/// One.\n")
    try write("Sources/notes.md", "not a page")
    #expect(try text() == nil)
    try write("Guides/deep/z.md", "Z")
    try write("Guides/a.md", "A")
    try write("Other/o.md", "O")
    try write("README.md", "R")
    #expect(try text() == "R\n\nA\n\nZ\n\nOne.\n\nTwo.\nThree.")
  }

  @Test(
    "text of mixed scripts is long enough, the same for a stream, and has words, scripts, marks and special pieces"
  )
  func mixedScripts() {
    func text(seed: UInt64) -> String {
      var mixed = MixedScriptText(mixedInto: "red green", random: RandomStream(seed: seed))
      return mixed.text(bytes: 100_000)
    }
    let found = text(seed: 1)
    #expect(found.utf8.count >= 100_000 && found.utf8.count < 103_000)
    #expect(Array(found.utf8) == Array(text(seed: 1).utf8) && Array(found.utf8) != Array(text(seed: 2).utf8))
    #expect(found.contains("green") && found.contains("[CLS]") && found.contains("日本語テキスト"))
    let scalars = Set(found.unicodeScalars.map(\.value))
    // Cyrillic, Hangul, combining marks, control characters, characters beyond 16 bits.
    for range: ClosedRange<UInt32> in [
      0x400...0x4FF, 0xAC00...0xD7A3, 0x300...0x36F, 0...31, 0x10000...0x10FFFF,
    ] {
      #expect(scalars.contains(where: range.contains), "\(range)")
    }
    var mixed = MixedScriptText(mixedInto: "", random: RandomStream(seed: 3))
    #expect(mixed.sentences(4).count == 4)
  }
}
