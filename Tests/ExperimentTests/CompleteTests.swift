import EnergyTransformer
import Foundation
import Reporting
import Testing

/// The program `energy-transformer complete`, run as a user runs it, with a small model trained here.
@Suite(.serialized) struct CompleteTests {
  private let runs: MaskedImagesRuns
  private var folder: TemporaryPlace { runs.folder }

  init() throws {
    runs = try MaskedImagesRuns()
    let trained = try runs.run(runs.options("model", epochs: 3))
    #expect(trained.status == 0, "\(trained.errors)")
  }

  /// A picture of the model's size: a bright bar on a dark ground, no two pixels alike.
  private let bar = PixelImage(
    width: 8, height: 8, channels: 1,
    bytes: (0..<64).map { UInt8((2..<5).contains($0 % 8) ? 190 + $0 : $0 / 2) })

  private func write(_ image: PixelImage, _ name: String) throws -> String {
    try Data(image.pngData()).write(to: URL(fileURLWithPath: folder.path(name)))
    return folder.path(name)
  }

  private func image(_ name: String) throws -> PixelImage {
    try PixelImage.decode([UInt8](runs.bytes(name)), name: name)
  }

  private func complete(
    _ picture: String, _ arguments: [String] = [], model: String = "model/model.safetensors",
    output: String = "out"
  ) throws -> FinishedProgram {
    try Program("energy-transformer").run(
      ["complete", picture, "--model", folder.path(model), "--output", folder.path(output)] + arguments)
  }

  /// The number in the row of the printed table that starts with these words.
  private func printed(_ words: String, in output: String) throws -> Double {
    let line = try #require(output.split(separator: "\n").first { $0.hasPrefix("| \(words)") }, "\(output)")
    let value = line.split(separator: "|")[1].filter { !" ,".contains($0) }
    return try #require(Double(value))
  }

  @Test("visible pixels are the input's, and the printed error is that of the two pictures")
  func completes() throws {
    let found = try complete(write(bar, "bar.png"), ["--hide", "lower"])
    #expect(found.status == 0, "\(found.errors)")
    let completed = try image("out/completed.png")
    #expect((completed.width, completed.height, completed.channels) == (8, 8, 1))
    #expect(completed.bytes.prefix(32) == bar.bytes.prefix(32))
    #expect(completed.bytes.suffix(32) != bar.bytes.suffix(32))
    let squares = zip(completed.bytes, bar.bytes).suffix(32).map { found, truth in
      let difference = (Double(found) - Double(truth)) / 255
      return difference * difference
    }
    let error = try printed("Mean squared error of hidden pixels, after 6 steps", in: found.output)
    // A level is rounded by half of 1/255 at most, and the error printed to five digits.
    #expect(abs(squares.reduce(0, +) / 32 - error) < 2 * error.squareRoot() / 510 + 1 / (510 * 510) + 1e-5)
    #expect(found.output.contains("8 of 16"))
    let start = try printed("Energy before the first step", in: found.output)
    let end = try printed("Energy after 6 steps", in: found.output)
    #expect(end < start && found.output.contains("Energy fell at every step"))
    for name in ["steps.png", "energy.svg"] { #expect(try !runs.bytes("out/\(name)").isEmpty) }
    let viewers = try WebPage.viewers(inPageAt: folder.path("out/page.html"))
    #expect(viewers.count == 1 && viewers[0].steps == (0...6).map(String.init))
  }

  @Test("the same seed gives the same bytes, another one hides other patches")
  func seeds() throws {
    let picture = try write(bar, "bar.png")
    for (output, seed) in [("a", "7"), ("b", "7"), ("c", "8")] {
      let found = try complete(picture, ["--seed", seed, "--mask", "0.25"], output: output)
      #expect(found.status == 0 && found.output.contains("4 of 16"), "\(found.errors)")
    }
    for name in ["completed.png", "steps.png", "energy.svg", "page.html"] {
      #expect(try runs.bytes("a/\(name)") == runs.bytes("b/\(name)"), "\(name)")
    }
    #expect(try runs.bytes("a/completed.png") != runs.bytes("c/completed.png"))
  }

  @Test("a file of weights and the checkpoint of the same training complete alike")
  func files() throws {
    let picture = try write(bar, "bar.png")
    for (output, model) in [("a", "model/model.safetensors"), ("b", "model/checkpoint.safetensors")] {
      #expect(try complete(picture, model: model, output: output).status == 0)
    }
    for name in ["completed.png", "energy.svg"] {
      #expect(try runs.bytes("a/\(name)") == runs.bytes("b/\(name)"))
    }
  }

  @Test("a picture in colour, turned and of another size is fitted, and it is said how")
  func fitting() throws {
    // Red above, green below: as grey 0.299 and 0.587 of 255.
    let wide = PixelImage(
      width: 24, height: 16, channels: 3,
      bytes: (0..<24 * 16).flatMap { $0 < 24 * 8 ? [255, 0, 0] as [UInt8] : [0, 255, 0] })
    let picture = try write(wide, "wide.png")
    for fit in ["crop", "stretch"] {
      let found = try complete(picture, ["--hide", "left", "--fit", fit])
      #expect(found.status == 0, "\(found.errors)")
      #expect(found.output.contains("as grey, by their luminance"))
      #expect(
        found.output.contains(
          fit == "crop" ? "the middle 16 x 16 of 24 x 16 brought to 8 x 8" : "24 x 16 brought to 8 x 8"))
      let completed = try image("out/completed.png")
      for row in 0..<8 {
        #expect(completed.bytes[row * 8 + 4..<row * 8 + 8].allSatisfy { $0 == (row < 4 ? 76 : 150) })
      }
    }
  }

  @Test("tiles complete each part of a large picture by itself, visible pixels kept where they are")
  func tiles() throws {
    let large = PixelImage(
      width: 27, height: 17, channels: 1, bytes: (0..<27 * 17).map { UInt8($0 * 7 % 256) })
    let found = try complete(write(large, "large.png"), ["--fit", "tiles", "--hide", "upper"])
    #expect(found.status == 0, "\(found.errors)")
    #expect(found.output.contains("the middle 24 x 16 of 27 x 17") && found.output.contains("48 of 96"))
    #expect(found.output.contains("of 6 tiles"))
    let completed = try image("out/completed.png")
    #expect((completed.width, completed.height) == (24, 16))
    for row in 8..<16 {
      #expect(completed.bytes[row * 24..<row * 24 + 24] == large.bytes[row * 27 + 1..<row * 27 + 25])
    }
    // Alone, a tile of which the same is hidden is completed as among the others.
    let corner = PixelImage(
      width: 8, height: 8, channels: 1,
      bytes: (0..<8).flatMap { row in large.bytes[(row + 8) * 27 + 1..<(row + 8) * 27 + 9] })
    let mask = PixelImage(
      width: 27, height: 17, channels: 1,
      bytes: (0..<27 * 17).map { $0 / 27 >= 12 ? 0 : 255 })
    let whole = try complete(
      folder.path("large.png"), ["--fit", "tiles", "--mask-image", write(mask, "mask.png")])
    #expect(whole.status == 0, "\(whole.errors)")
    let among = try image("out/completed.png")
    #expect(try complete(write(corner, "corner.png"), ["--hide", "lower"]).status == 0)
    let alone = try image("out/completed.png")
    for row in 0..<8 {
      for column in 0..<8 {
        let (one, other) = (alone.bytes[row * 8 + column], among.bytes[(row + 8) * 24 + column])
        #expect(abs(Int(one) - Int(other)) <= 1)
      }
    }
  }

  @Test("black and transparent parts of a mask image are hidden, whatever its size")
  func maskImages() throws {
    let picture = try write(bar, "bar.png")
    #expect(try complete(picture, ["--hide", "right"], output: "part").status == 0)
    let black = PixelImage(width: 4, height: 2, channels: 1, bytes: [255, 90, 0, 3, 200, 255, 1, 0])
    let transparent = folder.path("transparent.png")
    try #require(Data(base64Encoded: Self.transparentRight)).write(to: URL(fileURLWithPath: transparent))
    for mask in [try write(black, "mask.png"), transparent] {
      #expect(try complete(picture, ["--mask-image", mask], output: "image").status == 0)
      #expect(try runs.bytes("image/completed.png") == runs.bytes("part/completed.png"))
    }
  }

  /// A PNG of 2 x 1 white pixels, grey with alpha, of which the right one is transparent; made by Python's zlib.
  private static let transparentRight =
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAQAAABeK7cBAAAADUlEQVR4nGP4//8/AwAI/AL+p5qgoAAAAABJRU5ErkJggg=="

  @Test("the negative is shown to the model alone, and asked for where a drawing seems to need it")
  func negative() throws {
    var dark = bar
    dark.bytes = bar.bytes.map { 255 - $0 }
    let drawing = PixelImage(
      width: 8, height: 8, channels: 1, bytes: (0..<64).map { $0 % 8 == 3 ? 0 : 255 })
    // The model's images are dark with a bright bar.
    #expect(try complete(write(drawing, "drawing.png")).output.contains("--invert"))
    #expect(try complete(write(bar, "bar.png"), ["--hide", "lower"], output: "a").status == 0)
    let found = try complete(write(dark, "dark.png"), ["--hide", "lower", "--invert"], output: "b")
    #expect(found.status == 0 && !found.output.contains("--invert"))
    let (one, other) = (try image("a/completed.png"), try image("b/completed.png"))
    #expect(other.bytes.prefix(32) == dark.bytes.prefix(32))
    #expect(zip(one.bytes, other.bytes).allSatisfy { abs(Int($0) + Int($1) - 255) <= 1 })
  }

  @Test("a published checkpoint completes a picture in colour")
  func published() throws {
    let checkpoint = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "TransformersTests/Fixtures/et-image-checkpoint.npz").path
    var random = RandomStream(seed: 5)
    let picture = PixelImage(
      width: 32, height: 32, channels: 3,
      bytes: (0..<32 * 32 * 3).map { _ in UInt8(random.integer(below: 256)) })
    let found = try Program("energy-transformer").run([
      "complete", write(picture, "a.png"), "--model", checkpoint, "--hide", "lower", "--output",
      folder.path("out"),
    ])
    #expect(found.status == 0, "\(found.errors)")
    // What the library's own way through the same checkpoint makes of it.
    let model = try PublishedImageModel<Float>(contentsOf: checkpoint, decoding: .asTrained)
    let count = model.model.grid.patchCount
    let expected = model.completed(
      Tensor(shape: [1, 32, 32, 3], elements: picture.bytes.map { Float($0) / 255 }),
      masked: Tensor(shape: [1, count], elements: (0..<count).map { 2 * $0 < count ? 0 : 1 }))
    let completed = try image("out/completed.png")
    #expect(zip(completed.bytes, expected.elements).allSatisfy { abs(Float($0) - $1 * 255) < 1.01 })
  }

  @Test("several blocks descend one after the other")
  func blocks() throws {
    let trained = try runs.run(runs.options("two", epochs: 1) + ["--blocks", "2"])
    #expect(trained.status == 0, "\(trained.errors)")
    let found = try complete(write(bar, "bar.png"), model: "two/model.safetensors")
    #expect(found.status == 0, "\(found.errors)")
    #expect(found.output.contains("after 12 steps") && found.output.contains("Energy of block 2 after 6"))
  }

  @Test("without a model the package's own one completes, and it is said which")
  func ownModel() throws {
    let digits = try EmbeddedDigits.test()
    let found = try Program("energy-transformer").run([
      "complete", write(digits[3], "digit.png"), "--hide", "centre", "--output", folder.path("out"),
    ])
    #expect(found.status == 0, "\(found.errors)")
    #expect(found.output.contains("Results/masked-images/model.safetensors: the package's own"))
    #expect(found.output.contains("9 of 49"))
  }

  @Test("what cannot be completed is refused in one line, and nothing is written")
  func refused() throws {
    let picture = try write(bar, "bar.png")
    try complete(folder.path("none.png")).expectOneLine(containing: "none.png")
    try complete(folder.path("model/run.json")).expectOneLine(containing: "run.json", "PNG or JPEG")
    func black(_ width: Int, _ height: Int) -> PixelImage {
      PixelImage(
        width: width, height: height, channels: 1, bytes: Array(repeating: 0, count: width * height))
    }
    try complete(write(black(8, 1), "thin.png"))
      .expectOneLine(containing: "thin.png", "a patch of the model, 2 x 2")
    try complete(write(black(7, 9), "small.png"), ["--fit", "tiles"])
      .expectOneLine(containing: "small.png", "a tile")
    try complete(picture, ["--mask", "0.01"]).expectOneLine(containing: "--mask 0.01", "hides 0")
    try complete(picture, ["--mask", "0.99"]).expectOneLine(containing: "--mask 0.99", "hides 16")
    for (level, word) in [(UInt8(0), "hides all"), (255, "hides none")] {
      let mask = PixelImage(width: 2, height: 2, channels: 1, bytes: Array(repeating: level, count: 4))
      try complete(picture, ["--mask-image", write(mask, "mask.png")])
        .expectOneLine(containing: "mask.png", word)
    }
    try complete(picture, ["--mask-image", folder.path("none.png")]).expectOneLine(containing: "none.png")
    try complete(picture, model: "none.safetensors").expectOneLine(containing: "none.safetensors")
    try complete(picture, model: "bar.png").expectOneLine(containing: "bar.png")
    try SafetensorsFile.write(
      path: folder.path("other.safetensors"),
      arrays: [(name: "x", array: StoredArray(Tensor<Float>.zeros([2])))], metadata: ["format": "pt"])
    try complete(picture, model: "other.safetensors")
      .expectOneLine(containing: "other.safetensors", "what masked-images wrote")
    #expect(!FileManager.default.fileExists(atPath: folder.path("out")))
    for bad in [
      ["--mask", "0.5", "--hide", "left"], ["--mask", "1"], ["--fit", "round"], ["--hide", "above"],
      ["--steps", "0"], ["--norms", "3"], ["--threads", "0"],
    ] {
      let found = try complete(picture, bad)
      #expect(found.status == 64 && found.errors.contains("Error: "), "\(bad): \(found.errors)")
    }
  }

  @Test("weights that do not tell their images' mean ask for the images")
  func withoutStatistics() throws {
    let picture = try write(bar, "bar.png")
    let path = folder.path("model/model.safetensors")
    let file = try SafetensorsFile.read(path: path)
    try SafetensorsFile.write(
      path: folder.path("old.safetensors"),
      arrays: file.names.map { ($0, try file.array(named: $0)) },
      metadata: file.metadata.filter { !$0.key.hasPrefix("pixel-") && !$0.key.hasPrefix("image-") })
    try complete(picture, model: "old.safetensors").expectOneLine(containing: "old.safetensors", "--data")
    let named = try complete(
      picture, ["--data", folder.path("images")], model: "old.safetensors", output: "a")
    #expect(named.status == 0, "\(named.errors)")
    #expect(try complete(picture, output: "b").status == 0)
    #expect(try runs.bytes("a/completed.png") == runs.bytes("b/completed.png"))
  }
}
