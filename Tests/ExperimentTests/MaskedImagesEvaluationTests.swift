import EnergyTransformer
import Foundation
import Reporting
import Testing

/// `masked-images --evaluate-only`, run as a user runs it, with what a run left.
@Suite(.serialized) struct MaskedImagesEvaluationTests {
  private let runs: MaskedImagesRuns
  private var folder: TemporaryPlace { runs.folder }

  init() throws { runs = try MaskedImagesRuns() }

  private func train(_ output: String, _ arguments: [String] = []) throws {
    let found = try runs.run(runs.options(output, epochs: 2) + arguments)
    #expect(found.status == 0, "\(found.errors)")
  }

  private func evaluate(_ output: String, _ arguments: [String] = []) throws -> FinishedProgram {
    try runs.run(runs.options(output, epochs: 2) + ["--evaluate-only"] + arguments)
  }

  private func record(_ output: String) throws -> RunRecord {
    try RunRecord.read(from: folder.path("\(output)/run.json"))
  }

  /// The first paragraph of a page.
  private func introduction(_ output: String) throws -> String {
    let page = try String(contentsOfFile: folder.path("\(output)/README.md"), encoding: .utf8)
    return try #require(page.split(separator: "\n").dropFirst().first.map(String.init))
  }

  private func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: folder.path(name))
  }

  @Test("weights give the numbers of the checkpoint of the same training, and of the training itself")
  func weights() throws {
    try train("model")
    let trained = try record("model").summary
    let seconds = try #require(trained["train_seconds"])
    #expect(trained["train_updates"] == 24)
    let names = [
      "masked_mse", "masked_mse_unclamped", "zero_steps_mse", "share_energy_fell_every_step", "linear_mse",
    ]
    let written = try runs.bytes("model/model.safetensors")
    func expectTheSame(_ output: String) throws {
      let found = try record(output).summary
      for name in names { #expect(found[name] == trained[name], "\(name)") }
    }
    for file in ["checkpoint.safetensors", "model.safetensors"] {
      let found = try evaluate("other", ["--checkpoint", folder.path("model/\(file)")])
      #expect(found.status == 0, "\(found.errors)")
      try expectTheSame("other")
      #expect(try runs.bytes("other/model.safetensors") == written)
      #expect(try introduction("other").contains("24 updates on 96 images in"))
      let page = try String(contentsOfFile: folder.path("other/README.md"), encoding: .utf8)
      #expect(page.contains("This run evaluated \(file), which an earlier one trained"))
    }
    // Without a checkpoint the weights in the output folder do, and the record beside them tells the seconds.
    try remove("model/checkpoint.safetensors")
    #expect(try evaluate("model").status == 0)
    try expectTheSame("model")
    #expect(try record("model").summary["train_seconds"] == seconds)
    #expect(try runs.bytes("model/model.safetensors") == written)
    #expect(!FileManager.default.fileExists(atPath: folder.path("model/checkpoint.safetensors")))
  }

  @Test("of weights without a record the page does not say how long they trained")
  func unknownCourse() throws {
    try train("model")
    let file = try SafetensorsFile.read(path: folder.path("model/model.safetensors"))
    // As an earlier release wrote them.
    let later = ["updates", "pixel-mean", "pixel-deviation", "image-height", "image-width"]
    try SafetensorsFile.write(
      path: folder.path("old.safetensors"), arrays: file.names.map { ($0, try file.array(named: $0)) },
      metadata: file.metadata.filter { !later.contains($0.key) })
    let found = try evaluate("old", ["--checkpoint", folder.path("old.safetensors")])
    #expect(found.status == 0, "\(found.errors)")
    let record = try record("old")
    #expect(record.summary["train_seconds"] == nil && record.summary["train_updates"] == nil)
    #expect(record.timings["train"] == nil && record.headline.first == "masked_mse")
    let text = try introduction("old")
    #expect(text.contains(" parameters; judged on") && !text.contains("updates") && !text.contains(" s;"))
    // What the images tell is added to what is written.
    let written = try SafetensorsFile.read(path: folder.path("old/model.safetensors")).metadata
    #expect(written == file.metadata.filter { $0.key != "updates" })
  }

  @Test("other sizes are refused in one line that names both; other steps are not")
  func sizes() throws {
    try train("model")
    for file in ["model.safetensors", "checkpoint.safetensors"] {
      let named = ["--overwrite", "--checkpoint", folder.path("model/\(file)")]
      for (option, theirs, ours) in [
        ("--heads", "2", "4"), ("--dimension", "16", "20"), ("--key-size", "4", "8"), ("--blocks", "1", "2"),
        ("--memories", "24", "12"), ("--patch", "2", "4"),
      ] {
        try evaluate("other", named + [option, ours])
          .expectOneLine(containing: file, "\(option) \(theirs), not \(ours)")
      }
      let found = try evaluate("other", named + ["--steps", "3", "--step-size", "0.05"])
      #expect(found.status == 0, "\(found.errors)")
    }
    let more = try record("other")
    #expect(more.options["steps"] == "3")
    #expect(try more.summary["masked_mse"] != record("model").summary["masked_mse"])
    // What the file says of its training stays.
    #expect(try runs.bytes("other/model.safetensors") == runs.bytes("model/model.safetensors"))
  }

  @Test("several blocks are evaluated from their weights")
  func blocks() throws {
    try train("two", ["--blocks", "2"])
    let trained = try record("two").summary["masked_mse"]
    try remove("two/checkpoint.safetensors")
    let found = try evaluate("two", ["--blocks", "2"])
    #expect(found.status == 0, "\(found.errors)")
    #expect(try trained != nil && record("two").summary["masked_mse"] == trained)
  }

  @Test("weights of another kind, damaged or of images of another size are refused in one line")
  func refused() throws {
    try train("model")
    let whole = try runs.bytes("model/model.safetensors")
    let broken = folder.path("broken.safetensors")
    try whole.prefix(whole.count - 5).write(to: URL(fileURLWithPath: broken))
    try evaluate("other", ["--checkpoint", broken]).expectOneLine(containing: "broken.safetensors")
    try SafetensorsFile.write(
      path: broken, arrays: [(name: "x", array: StoredArray(Tensor<Float>.zeros([2])))], metadata: [:])
    try evaluate("other", ["--checkpoint", broken])
      .expectOneLine(containing: "broken.safetensors", "what masked-images wrote")
    let published = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "TransformersTests/Fixtures/et-image-checkpoint.npz").path
    try evaluate("other", ["--checkpoint", published]).expectOneLine(containing: "a published checkpoint")
    let file = try SafetensorsFile.read(path: folder.path("model/model.safetensors"))
    try SafetensorsFile.write(
      path: broken, arrays: file.names.map { ($0, try file.array(named: $0)) },
      metadata: file.metadata.merging(["image-height": "4", "image-width": "16"]) { $1 })
    try evaluate("other", ["--checkpoint", broken])
      .expectOneLine(containing: "broken.safetensors", "8 x 8 in grey", "4 x 16 in grey")
    #expect(!FileManager.default.fileExists(atPath: folder.path("other/README.md")))
  }
}
