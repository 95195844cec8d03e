import EnergyTesting
import EnergyTransformer
import Foundation
import Reporting
import Testing

struct ReadmeTests {
  private let folder = URL(filePath: #filePath).deletingLastPathComponent()
  private var checkpoint: String {
    folder.deletingLastPathComponent().appending(path: "TransformersTests/Fixtures/et-image-checkpoint.npz")
      .path
  }

  @Test(
    "the README shows the examples that are compiled and run here, letter by letter",
    arguments: [
      "ReadmeExample.swift", "TrainExample.swift", "RecallExample.swift", "CompletionExample.swift",
    ])
  func exampleIsTheOneInTheReadme(example: String) throws {
    let root = folder.deletingLastPathComponent().deletingLastPathComponent()
    let code = try String(contentsOf: folder.appending(path: example), encoding: .utf8)
    let page = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    #expect(page.contains("```swift\n\(code)```\n"))
  }

  @Test("an energy of one's own learns both its tensors beside attention and memory")
  func exampleTrains() throws {
    let losses = try trainAnchors(updates: 40)
    #expect(losses.last < 0.95 * losses.first, "\(losses)")
    var random = RandomStream(seed: 4)
    let model = AnchoredBlock(
      block: EnergyTransformerBlock(
        .learning(dimension: 16, headCount: 2, keySize: 8, memoryCount: 32), using: &random),
      anchors: Anchors(anchors: .normal([6, 16], using: &random), strength: .ones([6])))
    let x = Tensor<Float>.normal([2, 3, 16], using: &random)
    let (_, gradient) = valueWithGradient(at: model) { $0(x).tokens.values.squared().sum() }
    for name in ["anchors.anchors", "anchors.strength", "block.memory.memories"] {
      #expect((gradient[name]?.elements.map(abs).max() ?? 0) > 0, "\(name)")
    }
  }

  @Test("a digit classifier around a block learns from its first updates")
  func exampleClassifies() throws {
    // 600 updates take a minute in a release build and reach 0.9; these few show that it is far from chance.
    #expect(try trainDigits(updates: 60) > 0.4)
  }

  @Test("the example that trains on images learns, and leaves a curve, a sample and weights that load")
  func exampleTrainsOnImages() throws {
    let place = try TemporaryPlace()
    let folder = URL(fileURLWithPath: place.path(""))
    let first = try trainOnImages(nil, updates: 1, into: folder)
    let last = try trainOnImages(nil, updates: 60, into: folder)
    #expect(last < 0.9 * first, "\(first) \(last)")
    let sample = try PixelImage.decode(
      [UInt8](Data(contentsOf: URL(fileURLWithPath: place.path("sample.png")))), name: "sample.png")
    #expect(sample.width == 28 && sample.height == 28 && sample.channels == 1)
    let curve = try String(contentsOfFile: place.path("loss.svg"), encoding: .utf8)
    #expect(curve.contains("<polyline") && curve.contains(">update<"))
    var arrays = try NamedArrays<Float>(contentsOf: place.path("model.safetensors"))
    var random = RandomStream(seed: 3)
    let grid = PatchGrid(height: 28, width: 28, channels: 1, patchSize: 4)
    let model = ImageEnergyTransformer<Float>(
      ImageEnergyTransformerConfiguration(
        block: .learning(dimension: 64, headCount: 4, keySize: 16, memoryCount: 256), grid: grid),
      using: &random)
    #expect(try arrays.filling(model).parameters.count == model.parameters.count)
  }

  @Test("a published checkpoint is loaded by one call, and a picture completed")
  func exampleCompletes() throws {
    let place = try TemporaryPlace()
    var random = RandomStream(seed: 5)
    let bytes = (0..<32 * 32 * 3).map { _ in UInt8(random.integer(below: 256)) }
    let picture = PixelImage(width: 32, height: 32, channels: 3, bytes: bytes)
    try Data(picture.pngData()).write(to: URL(fileURLWithPath: place.path("a.png")))
    try complete(
      URL(fileURLWithPath: place.path("a.png")), by: checkpoint,
      to: URL(fileURLWithPath: place.path("b.png")))
    let found = try PixelImage.decode(
      [UInt8](Data(contentsOf: URL(fileURLWithPath: place.path("b.png")))), name: "b.png")
    #expect(found.bytes.prefix(16 * 32 * 3).elementsEqual(bytes.prefix(16 * 32 * 3)))
    #expect(!found.bytes.suffix(16 * 32 * 3).elementsEqual(bytes.suffix(16 * 32 * 3)))
  }

  @Test("the energies of a published checkpoint's descent go to a table, whose total is the sum of its parts")
  func publishedEnergies() throws {
    let place = try TemporaryPlace()
    var random = RandomStream(seed: 6)
    let published = try PublishedImageModel<Float>(contentsOf: checkpoint, decoding: .asTrained)
    let grid = published.model.grid
    let levels = Tensor<Float>.normal([1, grid.height, grid.width, 3], using: &random)
    let hidden = Tensor<Float>(
      shape: [1, grid.patchCount], elements: (0..<grid.patchCount).map { $0.isMultiple(of: 3) ? 1 : 0 })
    try writeEnergies(of: published, completing: levels, masked: hidden, to: place.path("energies.csv"))
    let table = try CSVTable.read(from: place.path("energies.csv"))
    #expect(table.columns == ["step", "attention", "memory", "total"] && table.rows.count == 13)
    let attention = try table.numbers(inColumn: "attention").compactMap { $0 }
    let memory = try table.numbers(inColumn: "memory").compactMap { $0 }
    let total = try table.numbers(inColumn: "total").compactMap { $0 }
    try #require(attention.count == 13 && memory.count == 13 && total.count == 13)
    for step in 0..<13 {
      let sum: Double = attention[step] + memory[step]
      #expect(abs(sum - total[step]) < 1e-5 * abs(total[step]), "\(step)")
    }
  }

  @Test("the example descends both energies, and their sum falls at every step")
  func exampleDescends() {
    let result = descendTwoEnergies()
    #expect(result.stopReason == .steps(12))
    let energies = result.trajectory.energies
    #expect(energies.count == 13)
    #expect(energies.allSatisfy { $0.parts.map(\.name) == ["memory", "Chain"] })
    let totals = energies.map { $0.total.elements[0] }
    #expect(zip(totals, totals.dropFirst()).allSatisfy { $0 > $1 }, "\(totals)")
  }

  @Test("the example's own energy is differentiated beside the fused memory, as the README says")
  func exampleIsComputedByPart() throws {
    let memory = HopfieldEnergy<Float>(memories: .ones([16, 24]))
    let descent = EnergyDescent(
      of: memory + Chain(), lagrangian: LayerNormLagrangian(dimension: 16), stepSize: .constant(0.01),
      stop: .after(steps: 12))
    let found = descent.computation(from: Tokens(.zeros([1, 5, 16])))
    #expect(found.parts.map(\.name) == ["memory", "Chain"] && found.steps == .fused)
    #expect(found.parts.map { $0.way == .fused } == [true, false])
    let root = folder.deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    #expect(page.contains("`\(found)`"), "\(found)")
  }

  @Test("the example's own energy obeys the laws of energies, that of padding among them")
  func exampleObeysTheLaws() {
    var random = RandomStream(seed: 4)
    let mask = TokenMask(lengths: [5, 3, 4], tokenCount: 5)
    let report = EnergyLaws.check(
      Chain(), at: Activations(.normal([3, 5, 7], using: &random), mask: mask),
      options: LawOptions(tokens: .ordered))
    #expect(report.isSatisfied, "\(report)")
    let anchors = Anchors(anchors: .normal([4, 7], using: &random), strength: .ones([4]))
    let padding = EnergyLaws.check(
      anchors, at: Activations(.normal([3, 5, 7], using: &random), mask: mask)
    ).violations(of: .padding)
    #expect(padding.isEmpty, "\(padding)")
  }

  @Test("three lines write the energies of every step to a table")
  func energyTable() throws {
    let place = try TemporaryPlace()
    let trajectory = descendTwoEnergies().trajectory
    try writeEnergies(of: trajectory, to: place.path("energies.csv"))
    let table = try CSVTable.read(from: place.path("energies.csv"))
    #expect(table.columns == ["step", "memory", "Chain", "total"])
    #expect(try table.numbers(inColumn: "step") == (0...12).map(Double.init))
    for (column, part) in [("memory", 0), ("Chain", 1)] {
      let expected = trajectory.energies.map { Double($0.parts[part].energy.elements[0]) }
      #expect(try table.numbers(inColumn: column) == expected)
    }
  }

  @Test("the example recalls a picture of which half was hidden")
  func exampleRecalls() throws {
    let place = try TemporaryPlace()
    var random = RandomStream(seed: 3)
    var images: [PixelImage] = []
    for name in ["a.png", "b.jpg", "c.png"] {
      let bytes = (0..<64 * 64).map { _ in UInt8(random.integer(below: 256)) }
      let image = PixelImage(width: 64, height: 64, channels: 1, bytes: bytes)
      images.append(image)
      let data = try name.hasSuffix("png") ? image.pngData() : image.jpegData()
      try Data(data).write(to: URL(fileURLWithPath: place.path(name)))
    }
    let picture = URL(fileURLWithPath: place.path("recalled"))
    let words = try recallPhoto(in: URL(fileURLWithPath: place.path("")), to: picture)
    #expect(words == "a.png came to rest")
    let found = try PixelImage.decode(Array(Data(contentsOf: picture)), name: "recalled")
    // Rows have one length, images nearly so: levels are those of the image but for that.
    let differences = zip(found.bytes, images[0].bytes).map { abs(Int($0) - Int($1)) }
    #expect((differences.max() ?? 255) < 12)
  }

  @Test("the example finds the averaging heads of an encoder and replaces them")
  func exampleReplacesHeads() throws {
    let place = try TemporaryPlace()
    try SmallEncoder.write(to: place.path("model"))
    let texts = ["abc de f. ghij", "xyz, a b c d e f g h i j k l m n o p", "q r s t u v w x y z abcdefgh"]
    let found = try averagingHeads(of: place.path("model"), over: texts)
    #expect(!found.heads.isEmpty && found.vectors.shape == [3, 24])
    for length in found.vectors.squared().sum(axes: [1]).elements { #expect(abs(length - 1) < 1e-5) }
  }
}
