import Foundation
import Reporting
import Testing

/// Runs of `language` that were interrupted.
@Suite(.serialized) struct LanguageResumeTests {
  private let folder: TemporaryPlace

  init() throws { folder = try TemporaryPlace() }

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder.path(name)))
  }

  /// What does not depend on a clock.
  private func numbers(_ output: String) throws -> [String: Double] {
    try RunRecord.read(from: folder.path("\(output)/run.json")).summary.filter {
      !$0.key.hasSuffix("minutes") && !$0.key.hasSuffix("per_second")
    }
  }

  private func metrics(_ output: String) throws -> [[Double?]] {
    let table = try CSVTable.read(from: folder.path("\(output)/metrics-energy.csv"))
    return try ["loss", "held_out_nats"].map { try table.numbers(inColumn: $0) }
  }

  private let options = [
    "--task", "brackets", "--context", "32", "--dimension", "16", "--heads", "2", "--key-size", "4",
    "--memories", "32", "--blocks", "1", "--steps", "3", "--batch", "4", "--sequences", "6", "--counted",
    "2000", "--windows",
    "2", "--looks", "7", "--sample-length", "20", "--threads", "2",
  ]

  private func start(
    _ output: String, methods: [String] = ["energy", "ngram"], _ more: [String]
  ) throws -> RunningProgram {
    try Program("language").start(
      options + ["--output", folder.path(output)] + more + ["--methods"] + methods)
  }

  @Test(
    "SIGTERM saves a checkpoint and says how to go on; the resumed run ends with the same weights and numbers"
  )
  func signal() throws {
    let length = ["--updates", "900"]
    #expect(try start("whole", length).finished().status == 0)
    let running = try start("broken", length)
    let deadline = Date().addingTimeInterval(60)
    func rows() -> Int {
      let text = try? String(contentsOfFile: folder.path("broken/metrics-energy.csv"), encoding: .utf8)
      return text?.split(separator: "\n").count ?? 0
    }
    while rows() < 30, Date() < deadline { usleep(500) }
    running.send(SIGTERM)
    let stopped = try running.finished()
    #expect(stopped.status == 143 && !stopped.wasKilled, "\(stopped.errors)")
    #expect(stopped.errors.contains("go on with --resume"), "\(stopped.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("broken/run.json")))
    #expect(FileManager.default.fileExists(atPath: folder.path("broken/checkpoint-energy.safetensors")))

    let resumed = try start("broken", length + ["--resume"]).finished()
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try bytes("broken/model.safetensors") == bytes("whole/model.safetensors"))
    #expect(try numbers("broken") == numbers("whole"))
    let found = try [metrics("broken"), metrics("whole")]
    #expect(found[0] == found[1] && found[0][0].count == 900)
    #expect(found[0][1].count { $0 != nil } == 7)
    try start("broken", ["--updates", "900", "--rate", "0.02", "--resume"]).finished()
      .expectOneLine(containing: "parts.json", "--rate 0.01, not 0.02")
  }

  @Test("a resumed run does not do again what is finished, and may add methods")
  func methods() throws {
    let length = ["--updates", "5"]
    #expect(try start("out", length).finished().status == 0)
    let before = try (numbers("out"), bytes("out/model.safetensors"), bytes("out/metrics-energy.csv"))
    let added = try start("out", methods: ["energy", "ngram", "recurrent"], length + ["--resume"])
      .finished()
    #expect(added.status == 0 && added.output.contains("finished parts"), "\(added.errors)")
    #expect(added.output.contains("Training: Recurrent") && !added.output.contains("Training: Energy"))
    let after = try numbers("out")
    #expect(before.0.allSatisfy { after[$0.key] == $0.value } && after["recurrent_nats"] != nil)
    #expect(try bytes("out/model.safetensors") == before.1 && bytes("out/metrics-energy.csv") == before.2)
  }

  @Test("a time may be given instead of a number of updates")
  func minutes() throws {
    let found = try start("out", ["--minutes", "0.01"]).finished()
    #expect(found.status == 0, "\(found.errors)")
    let summary = try RunRecord.read(from: folder.path("out/run.json")).summary
    // The last update ends behind the time.
    #expect((0.01..<0.05).contains(summary["minutes"] ?? -1))
    #expect((summary["updates"] ?? 0) >= 1)
    let rates = try CSVTable.read(from: folder.path("out/metrics-energy.csv"))
      .numbers(inColumn: "learning_rate").compactMap(\.self)
    #expect(rates.allSatisfy { $0 > 0 && $0 <= 1 })
    #expect(try #require(rates.last) < (try #require(rates.max())))
  }
}
