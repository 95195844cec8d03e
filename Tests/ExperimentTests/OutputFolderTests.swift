import Foundation
import Reporting
import Testing

/// Where programs write, and what they replace there.
@Suite(.serialized) struct OutputFolderTests {
  private let runs: MaskedImagesRuns
  private var folder: TemporaryPlace { runs.folder }

  init() throws { runs = try MaskedImagesRuns() }

  private func run(_ output: String, epochs: Int = 1, _ more: [String] = []) throws -> FinishedProgram {
    try runs.run(runs.options(output, epochs: epochs) + more)
  }

  @Test("a folder that holds another run is left alone, unless it may be replaced")
  func anotherRun() throws {
    #expect(try run("out").status == 0)
    let record = try runs.bytes("out/run.json")
    try run("out", epochs: 2).expectOneLine(
      containing: "out: holds another run, made with --epochs 1, not 2", "--overwrite", "--output")
    try run("out", ["--seed", "3"]).expectOneLine(containing: "--seed 0, not 3")
    #expect(try runs.bytes("out/run.json") == record)

    // One pixel of one image that is learned from.
    let images = URL(fileURLWithPath: folder.path("images/train-images-idx3-ubyte"))
    let whole = try Data(contentsOf: images)
    var other = whole
    other[other.count - 1] ^= 1
    try other.write(to: images)
    try run("out").expectOneLine(containing: "made from other data")
    try whole.write(to: images)

    // The same run again, on other threads, needs no leave.
    let again = try run("out", ["--threads", "1"])
    #expect(again.status == 0, "\(again.errors)")
    #expect(try run("out", epochs: 2, ["--overwrite"]).status == 0)
    #expect(try RunRecord.read(from: folder.path("out/run.json")).options["epochs"] == "2")

    try Data("{".utf8).write(to: URL(fileURLWithPath: folder.path("out/run.json")))
    try run("out", epochs: 2).expectOneLine(containing: "out/run.json", "--overwrite replaces it")
    #expect(try run("out", epochs: 2, ["--overwrite"]).status == 0)
  }

  @Test("a quick run replaces no full one, and is replaced by any")
  func quick() throws {
    #expect(try run("out").status == 0)
    let record = try runs.bytes("out/run.json")
    for more in [[], ["--overwrite"]] {
      try run("out", ["--quick"] + more).expectOneLine(containing: "out: holds a full run", "--quick")
    }
    #expect(try runs.bytes("out/run.json") == record)
    for more in [["--quick"], ["--quick", "--seed", "1"], []] {
      let found = try run("other", more)
      #expect(found.status == 0, "\(found.errors)")
    }
    #expect(try RunRecord.read(from: folder.path("other/run.json")).options["quick"] == "false")
  }

  @Test("programs write to Runs unless told otherwise, and find there what another one wrote")
  func runsFolder() throws {
    let place = folder.path("here")
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    let options = try runs.options("", epochs: 1)
    let trained = try Program("masked-images").run(Array(options.dropLast(2)), in: place)
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: place) == ["Runs"])
    let data = Array(options.prefix(4))
    let found = try Program("descent-methods").run(data + ["--quick"], in: place)
    #expect(found.status == 0, "\(found.errors)")
    #expect(found.output.contains("Reading Runs/masked-images/model.safetensors."))
    #expect(FileManager.default.fileExists(atPath: "\(place)/Runs/descent-methods/run.json"))

    // The published model where nobody trained one.
    try FileManager.default.createDirectory(atPath: "\(place)/Results", withIntermediateDirectories: true)
    try FileManager.default.moveItem(
      atPath: "\(place)/Runs/masked-images", toPath: "\(place)/Results/masked-images")
    let published = try Program("descent-methods").run(data + ["--quick"], in: place)
    #expect(published.output.contains("Reading Results/masked-images/model.safetensors."))
  }

  @Test("a quiet run prints results alone; no output has colours where it goes to a file")
  func quiet() throws {
    let loud = try run("loud")
    let quiet = try run("quiet", ["--quiet"])
    #expect(loud.errors.contains("update 12/12") && quiet.errors.isEmpty, "\(quiet.errors)")
    #expect(quiet.output.contains("| Energy Transformer |") && quiet.output.contains("Page: "))
    #expect(!(loud.output + loud.errors + quiet.output).contains("\u{1B}"))
    try run("bad", ["--quiet", "--batch", "1000"]).expectOneLine(containing: "--batch 1000")
  }
}
