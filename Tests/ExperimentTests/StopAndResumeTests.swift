import EnergyTransformer
import Foundation
import Reporting
import Testing

/// Programs that are stopped by a signal, and runs that go on with what an interrupted one left.
@Suite(.serialized) struct StopAndResumeTests {
  private let folder: TemporaryPlace

  init() throws { folder = try TemporaryPlace() }

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder.path(name)))
  }

  /// Waits until something is so, a minute at most.
  private func wait(until isSo: () -> Bool) throws {
    let deadline = Date().addingTimeInterval(60)
    while !isSo(), Date() < deadline { usleep(500) }
    try #require(isSo())
  }

  @Test("SIGTERM saves a checkpoint and says how to go on; the resumed run ends with the same weights")
  func signal() throws {
    let runs = try MaskedImagesRuns()
    #expect(try runs.run(runs.options("whole", epochs: 120)).status == 0)
    let running = try Program("masked-images").start(runs.options("broken", epochs: 120))
    try wait {
      let text = try? String(contentsOfFile: runs.folder.path("broken/metrics.csv"), encoding: .utf8)
      return (text?.split(separator: "\n").count ?? 0) > 20
    }
    running.send(SIGTERM)
    let sent = Date()
    let stopped = try running.finished()
    #expect(stopped.status == 143 && !stopped.wasKilled, "\(stopped.errors)")
    #expect(Date().timeIntervalSince(sent) < 5)
    let line = try #require(stopped.errors.split(separator: "\n").last)
    let words = line.split(separator: " ")
    #expect(
      line.hasPrefix("stopped at update ") && line.hasSuffix(" of 1440: go on with --resume"), "\(line)")
    let checkpoint = try TrainingCheckpoint<Float>(
      contentsOf: runs.folder.path("broken/checkpoint.safetensors"))
    #expect(checkpoint.updateCount >= 20 && "\(checkpoint.updateCount)" == words[3])
    #expect(!FileManager.default.fileExists(atPath: runs.folder.path("broken/run.json")))

    let resumed = try runs.run(runs.options("broken", epochs: 120) + ["--resume"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try runs.bytes("broken/model.safetensors") == runs.bytes("whole/model.safetensors"))
    let losses = try ["broken", "whole"].map {
      try CSVTable.read(from: runs.folder.path("\($0)/metrics.csv")).numbers(inColumn: "loss")
    }
    #expect(losses[0] == losses[1] && losses[0].count == 1440)
  }

  @Test("a run of many trainings ends at once on SIGTERM, and says where the finished ones are")
  func signalBetweenParts() throws {
    let running = try Program("graph-nodes").start([
      "--dimension", "8", "--key-size", "4", "--memories", "12", "--output", folder.path("out"),
    ])
    try wait { FileManager.default.fileExists(atPath: folder.path("out/parts.json")) }
    running.send(SIGTERM)
    let stopped = try running.finished()
    #expect(stopped.status == 143 && !stopped.wasKilled, "\(stopped.errors)")
    #expect(stopped.errors.contains("out/parts.json, go on with --resume"), "\(stopped.errors)")
    #expect(try JSONSerialization.jsonObject(with: bytes("out/parts.json")) is [String: Any])
  }

  /// Takes every second finished part, by name, out of a run, and its record: what an interrupted run leaves.
  private func interrupt(_ output: String) throws {
    var object = try #require(
      try JSONSerialization.jsonObject(with: bytes("\(output)/parts.json")) as? [String: Any])
    let parts = try #require(object["parts"] as? [String: Any])
    let kept = parts.keys.sorted().enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    #expect(kept.count < parts.count)
    object["parts"] = parts.filter { kept.contains($0.key) }
    try JSONSerialization.data(withJSONObject: object)
      .write(to: URL(fileURLWithPath: folder.path("\(output)/parts.json")))
    try FileManager.default.removeItem(atPath: folder.path("\(output)/run.json"))
  }

  /// Runs a program, takes parts of the run away and resumes it; what it wrote first and last, with what its page steps through.
  private func resumed(
    _ program: String, _ options: [String], files: [String], numbers: (String) -> Bool
  ) throws -> [(numbers: [String: Double], files: [Data], viewers: [StepViewer])] {
    let options = options + ["--output", folder.path("out")]
    return try [false, true].map { isResumed in
      if isResumed { try interrupt("out") }
      let found = try Program(program).run(options + (isResumed ? ["--resume"] : []))
      #expect(found.status == 0, "\(found.errors)")
      #expect(found.output.contains("finished parts") == isResumed, "\(found.output)")
      let summary = try RunRecord.read(from: folder.path("out/run.json")).summary
      return (
        summary.filter { numbers($0.key) }, try files.map { try bytes("out/\($0)") },
        try WebPage.viewers(inPageAt: folder.path("out/page.html"))
      )
    }
  }

  @Test("graph-nodes goes on after trials and trainings that are finished, to the same numbers")
  func graphNodes() throws {
    let options = ["--quick", "--dimension", "8", "--key-size", "4", "--memories", "12"]
    let found = try resumed(
      "graph-nodes", options, files: ["splits.csv", "trials.csv", "roc.svg", "energy.svg"]
    ) { !$0.hasSuffix("seconds") }
    #expect(found[0].numbers == found[1].numbers && found[0].files == found[1].files)
    try Program("graph-nodes").run(
      options + ["--output", folder.path("out"), "--rate", "0.02", "--resume"]
    ).expectOneLine(containing: "parts.json", "--rate 0.01, not 0.02")
    try Data("{".utf8).write(to: URL(fileURLWithPath: folder.path("out/parts.json")))
    try Program("graph-nodes").run(options + ["--output", folder.path("out"), "--resume"])
      .expectOneLine(containing: "parts.json", "damaged")
  }

  @Test("multiple-instance goes on after trainings that are finished, to the same numbers and rows")
  func multipleInstance() throws {
    let found = try resumed(
      "multiple-instance",
      [
        "--tasks", "repertoires", "latch", "--bags", "40", "--sequences", "1000", "--rates", "0.03",
        "--folds", "2", "--epochs", "2", "--kernels", "8", "--runs", "1", "--latch-epochs", "1",
      ], files: ["metrics.csv", "scores.csv"]
    ) { !$0.contains("seconds") && !$0.contains("memory") }
    #expect(found[0].numbers == found[1].numbers && found[0].files == found[1].files)
  }

  @Test("implicit-gradients goes on after trainings that are finished, to the same errors and weights")
  func implicitGradients() throws {
    let found = try resumed(
      "implicit-gradients",
      [
        "--quick", "--dimension", "16", "--heads", "2", "--key-size", "4", "--memories", "24", "--steps",
        "3", "--batch", "6",
      ], files: ["model.safetensors"]
    ) { $0.contains("masked_mse") || $0.contains("at_rest") || $0.contains("cosine") }
    #expect(found[0].numbers == found[1].numbers && found[0].files == found[1].files)
    #expect(!found[0].numbers.isEmpty)
    #expect(found[0].viewers.count == 1 && found[0].viewers == found[1].viewers)
  }

  @Test(
    "attention-regimes goes on after lengths and replacements that are measured, to the same numbers and drawings"
  )
  func attentionRegimes() throws {
    try SmallEncoder.write(to: folder.path("model"))
    let letters = Array(SmallEncoder.letters)
    let words = (0..<400).map { number in
      let places = (0...number % 4).map { (7 * number + 5 * $0) % letters.count }
      return String(places.map { letters[$0] })
    }
    try SmallEncoder.write(words.joined(separator: " "), to: folder.path("text.txt"))
    let options = [
      "--quick", "--no-peers", "--model", folder.path("model"), "--text", folder.path("text.txt"),
    ]
    let found = try resumed(
      "attention-regimes", options,
      files: ["heads.csv", "counts.csv", "replaced.csv", "attention.svg", "replaced.svg"]
    ) { _ in true }
    #expect(found[0].numbers == found[1].numbers && found[0].files == found[1].files)
    #expect(found[0].numbers["cosine_after_gaussian_first_layer"] != nil)
    #expect(found[0].viewers.count == 1 && found[0].viewers == found[1].viewers)
    try Program("attention-regimes").run(
      options + ["--output", folder.path("out"), "--updates", "3", "--resume"]
    ).expectOneLine(containing: "parts.json", "--updates 2, not 3")
  }

  @Test("hierarchical-memory begins at the beginning where it left nothing, and goes on from its checkpoint")
  func hierarchicalMemory() throws {
    try SmallImages.write(to: folder.path("images"))
    func rows(_ output: String) -> Int {
      let text = try? String(contentsOfFile: folder.path("\(output)/metrics.csv"), encoding: .utf8)
      return text?.split(separator: "\n").count ?? 0
    }
    func run(_ output: String, _ more: [String] = []) throws -> RunningProgram {
      try Program("hierarchical-memory").start(
        [
          "--data", folder.path("images"), "--patch", "2", "--features", "3", "--hidden", "8", "--steps",
          "4", "--kernel", "3", "--epochs", "180", "--batch", "8", "--block", folder.path("none.json"),
          "--output", folder.path(output),
        ] + more)
    }
    let first = try run("whole", ["--resume"]).finished()
    #expect(first.status == 0 && first.output.contains("no checkpoint yet"), "\(first.errors)")
    let running = try run("broken")
    try wait { rows("broken") > 20 }
    running.send(SIGTERM)
    let stopped = try running.finished()
    #expect(
      stopped.status == 143 && stopped.errors.contains("of 2160: go on with --resume"), "\(stopped.errors)")
    let again = try run("broken", ["--resume"]).finished()
    #expect(again.status == 0, "\(again.errors)")
    #expect(rows("broken") == 2161)
    #expect(try bytes("broken/model.safetensors") == bytes("whole/model.safetensors"))
    try run("broken", ["--resume", "--rate", "0.01"]).finished().expectOneLine(
      containing: "checkpoint.safetensors", "--rate 0.003, not 0.01")
  }
}
