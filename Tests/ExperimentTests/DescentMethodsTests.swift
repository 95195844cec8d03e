import EnergyTransformer
import Foundation
import Reporting
import Testing

/// The program `descent-methods`, run as a user runs it, on a small model trained here.
@Suite(.serialized) struct DescentMethodsTests {
  private let folder: TemporaryPlace

  init() throws {
    folder = try TemporaryPlace()
    try SmallImages.write(to: folder.path("images"))
    let trained = try Program("masked-images").run(
      data + [
        "--dimension", "16", "--heads", "2", "--key-size", "4", "--memories", "24", "--steps", "6", "--batch",
        "8", "--epochs", "3", "--output", folder.path("model"),
      ])
    #expect(trained.status == 0, "\(trained.errors)")
  }

  private var data: [String] { ["--data", folder.path("images"), "--patch", "2"] }

  private func run(_ arguments: [String], checkpoint: String = "model/checkpoint.safetensors") throws
    -> FinishedProgram
  {
    try Program("descent-methods").run(
      [
        "--model", folder.path(checkpoint), "--output", folder.path("out"), "--rounds", "1",
        "--tuning-images", "7",
      ] + arguments)
  }

  @Test("writes page, curves and record; only times depend on threads, or on which file held the model")
  func results() throws {
    var summaries: [[String: Double]] = []
    for (threads, file) in [("1", "model/checkpoint.safetensors"), ("2", "model/model.safetensors")] {
      let found = try run(data + ["--threads", threads, "--overwrite"], checkpoint: file)
      #expect(found.status == 0, "\(found.errors)")
      for name in ["README.md", "energy.svg", "energy-time.svg", "error.svg", "error-time.svg"] {
        #expect(try !Data(contentsOf: URL(fileURLWithPath: folder.path("out/\(name)"))).isEmpty)
      }
      let record = try RunRecord.read(from: folder.path("out/run.json"))
      #expect(record.tables.map(\.name) == ["energy", "same_error", "budgets"])
      #expect(record.data.last?.name == "trained model")
      try Program("descent-methods").expectEveryOption(in: record, butFor: ["output", "kept", "augment"])
      #expect(record.options["model"] == file.split(separator: "/").last.map(String.init))
      summaries.append(record.summary)
    }
    let isTime = { (name: String) in name.hasSuffix("_ms") || name.contains("equal_time") }
    let numbers = summaries.map { $0.filter { !isTime($0.key) } }
    #expect(numbers[0] == numbers[1])
    #expect(numbers[0]["plain_gradients"] == 6)
    // What the training program found for the same model, images and masks.
    let trained = try RunRecord.read(from: folder.path("model/run.json")).summary
    let (error, expected) = (try #require(numbers[0]["plain_mse"]), try #require(trained["masked_mse"]))
    #expect(abs(error - expected) < 1e-6)
    // Longer steps than the trained ones get there sooner.
    let least = try #require(numbers[0]["energy_gradients"])
    #expect(least < 6)
    #expect(numbers[0]["extrapolated_energy_share"].map { (0...100).contains($0) } == true)
  }

  @Test("the ways down that can be stepped through end where the record says")
  func viewer() throws {
    // Six images in all, so that all of them can be stepped through.
    let found = try run(data + ["--validation-images", "6"])
    #expect(found.status == 0, "\(found.errors)")
    let summary = try RunRecord.read(from: folder.path("out/run.json")).summary
    let viewer = try #require(WebPage.viewers(inPageAt: folder.path("out/page.html")).first)
    #expect(viewer.items.count == 6 && viewer.steps == ["0", "1", "2", "3", "4", "5", "6"])
    let energies = try #require(viewer.lines("Energy")?["The trained steps"])
    let errors = try #require(viewer.lines("Mean squared error of hidden pixels")?["The trained steps"])
    for (name, values) in [
      ("start_energy", energies.map { $0[0] }), ("plain_energy", energies.map { $0[6] }),
      ("plain_mse", errors.map { $0[6] }),
    ] {
      let (mean, expected) = (values.reduce(0, +) / 6, try #require(summary[name]))
      #expect(abs(mean - expected) < 1e-4 * abs(expected), "\(name): \(mean) and \(expected)")
    }
    #expect((viewer.lines("Energy")?.count ?? 0) > 2)
  }

  @Test("a model that is missing, of another kind or of other images is refused in one line")
  func refused() throws {
    try run(data, checkpoint: "model/none.safetensors").expectOneLine(containing: "none.safetensors")
    try run(data, checkpoint: "model/run.json").expectOneLine(containing: "run.json")
    try run(["--data", folder.path("images"), "--patch", "4"]).expectOneLine(
      containing: "checkpoint.safetensors", "option patch")
    try run(data + ["--tuning-images", "96"]).expectOneLine(containing: "--tuning-images 96")
    try SafetensorsFile.write(
      path: folder.path("model/other.safetensors"),
      arrays: [(name: "x", array: StoredArray(Tensor<Float>.zeros([2])))], metadata: [:])
    try run(data, checkpoint: "model/other.safetensors").expectOneLine(
      containing: "other.safetensors", "option blocks")
  }

  @Test("options out of range end with a usage error")
  func ranges() throws {
    for bad in [["--slack", "-1"], ["--rounds", "0"], ["--tuning-images", "0"], ["--threads", "0"]] {
      let found = try run(data + bad)
      #expect(found.status == 64 && found.errors.contains("Error: "), "\(bad): \(found.errors)")
    }
  }
}
