import Foundation
import Reporting
import Testing

/// The program `language`, run as a user runs it.
@Suite(.serialized) struct LanguageTests {
  private let folder: TemporaryPlace

  init() throws { folder = try TemporaryPlace() }

  private func run(_ arguments: [String], output: String = "out") throws -> FinishedProgram {
    try Program("language").run(["--output", folder.path(output), "--quick"] + arguments)
  }

  private func record(_ output: String = "out") throws -> RunRecord {
    try RunRecord.read(from: folder.path("\(output)/run.json"))
  }

  private func page(_ output: String = "out") throws -> String {
    try String(contentsOfFile: folder.path("\(output)/README.md"), encoding: .utf8)
  }

  /// A text of some hundred words of two letters that stand in a fixed order, long enough for every part.
  private func writeText(_ name: String = "text.txt") throws -> String {
    let words = ["ab", "cd", "ef", "gh", "ij"]
    let text = (0..<600).map { words[$0 % words.count] + ($0 % 10 == 9 ? "\n" : " ") }.joined()
    let path = folder.path(name)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func expectFinite(_ summary: [String: Double], _ names: [String]) throws {
    for name in names {
      let value = try #require(summary[name], "\(name)")
      #expect(value.isFinite && value > 0, "\(name): \(value)")
    }
  }

  @Test(
    "calculations: page, figures, weights and record of all methods; own moves never rise under backtracking")
  func calculations() throws {
    let finished = try run(["--threads", "2"])
    #expect(finished.status == 0, "\(finished.errors)")
    for name in [
      "README.md", "run.json", "time.svg", "symbols.svg", "falls.svg", "energy.svg", "positions-1.svg",
      "energies.csv", "keys.svg", "attention.png", "model.safetensors", "parts.json", "metrics-energy.csv",
      "metrics-conventional-shared.csv", "metrics-conventional.csv", "metrics-recurrent.csv",
    ] {
      #expect(FileManager.default.fileExists(atPath: folder.path("out/\(name)")), "\(name)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path("out/checkpoint-energy.safetensors")))
    let record = try record()
    try Program("language").expectEveryOption(in: record)
    #expect(record.options["task"] == "listops" && record.options["methods"] == "all")
    let summary = record.summary
    try expectFinite(
      summary,
      [
        "validation_nats", "conventional_nats", "conventional_shared_nats", "recurrent_nats", "ngram_nats",
        "parameters", "conventional_parameters", "windows_nats",
      ])
    for name in [
      "accuracy", "conventional_accuracy", "steps_accuracy", "share_own_moves_fell", "share_net_fell",
    ] {
      #expect((0...1).contains(summary[name] ?? -1), "\(name)")
    }
    #expect(summary["share_own_moves_fell_backtracking"] == 1)
    #expect(summary["updates"] == 4 && summary["recurrent_updates"] == 4)
    #expect(summary["validation_bits"] == nil)
    // Untrained networks know little more of 20 symbols than that there are so many.
    #expect(try #require(summary["validation_nats"]) < 2 * log(20.0))
    let words = try page()
    #expect(words.contains("What falls") && words.contains("own moves that fell") && !words.contains(" nan"))

    let viewer = try #require(WebPage.viewers(inPageAt: folder.path("out/page.html")).first)
    #expect(viewer.steps == ["0", "1", "2", "3", "4", "5", "6"])
    let changes = try #require(viewer.lines("Changes of a token's energy, added up, mean over the window"))
    #expect(changes.count == 2)
    for values in changes.values { #expect(values.allSatisfy { $0.count == 7 && $0[0] == 0 }) }
  }

  @Test("energies of tokens go from step to step by their net changes")
  func energies() throws {
    #expect(try run(["--methods", "energy", "--blocks", "1", "--steps", "2", "--windows", "2"]).status == 0)
    let table = try CSVTable.read(from: folder.path("out/energies.csv"))
    let columns = try ["block", "step", "energy"].map { try table.numbers(inColumn: $0).compactMap(\.self) }
    // Steps 0, 1 and 2 of 32 positions.
    #expect(columns[0] == Array(repeating: 1, count: 96) && columns[1].last == 2)
    func mean(_ step: Int) -> Double {
      columns[2].indices.filter { columns[1][$0] == Double(step) }.reduce(0) { $0 + columns[2][$1] } / 32
    }
    let change = try #require(try record().summary["net_change"])
    #expect(abs((mean(2) - mean(0)) / 2 - change) < 1e-4 * max(1, abs(change)))
  }

  @Test("a text: nats and bits of every model; an order of words that never changes is counted to the end")
  func text() throws {
    let path = try writeText()
    let found = try run(["--data", path, "--live", "--live-seconds", "0", "--tensorboard"])
    #expect(found.status == 0 && !found.errors.contains("look at it failed"), "\(found.errors)")
    let record = try record()
    let summary = record.summary
    #expect(record.options["data"] == "text.txt" && record.data.count == 1)
    for prefix in ["validation_", "conventional_", "conventional_shared_", "recurrent_", "ngram_"] {
      let (nats, bits) = (try #require(summary["\(prefix)nats"]), try #require(summary["\(prefix)bits"]))
      // Every character is one byte.
      #expect(abs(bits - nats / log(2)) < 1e-9, "\(prefix)")
    }
    #expect(try #require(summary["ngram_nats"]) < 0.3)
    #expect(try #require(summary["ngram_nats"]) < (try #require(summary["validation_nats"])))
    #expect(try page().contains("The order of the n-gram model was chosen"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("out/live.json")))
    let events = try FileManager.default.contentsOfDirectory(atPath: folder.path("out/energy"))
    #expect(events.count == 1 && events[0].hasPrefix("events.out.tfevents."))
    let rows = try CSVTable.read(from: folder.path("out/metrics-energy.csv"))
    #expect(try rows.numbers(inColumn: "characters") == (1...4).map { Double($0 * 4 * 32) })
    #expect(try rows.numbers(inColumn: "held_out_nats").allSatisfy { $0 != nil })
  }

  @Test("--select reports on the text for choices, under names that say so, and bytes are symbols too")
  func selection() throws {
    let path = try writeText()
    let found = try run(["--data", path, "--select", "--unit", "bytes", "--methods", "energy", "ngram"])
    #expect(found.status == 0, "\(found.errors)")
    let summary = try record().summary
    #expect(summary["validation_nats"] == nil && summary["ngram_nats"] == nil)
    try expectFinite(summary, ["selection_nats", "ngram_selection_nats", "selection_bits"])
    #expect(try page().contains("nats a byte"))
  }

  @Test("brackets: the loss beside the best there is, and agreement by distance")
  func brackets() throws {
    let found = try run(["--task", "brackets", "--sequences", "6", "--counted", "2000"])
    #expect(found.status == 0, "\(found.errors)")
    let summary = try record().summary
    let optimum = try #require(summary["optimum_nats"])
    for (prefix, loss) in [
      ("", "validation_nats"), ("conventional_", "conventional_nats"), ("ngram_", "ngram_nats"),
    ] {
      let excess = try #require(summary["\(prefix)excess_nats"])
      let nats = try #require(summary[loss])
      #expect(excess > 0 && abs(excess + optimum - nats) < 1e-9, "\(prefix)")
      #expect((0...1).contains(summary["\(prefix)agreement"] ?? -1), "\(prefix)")
    }
    #expect(summary.keys.contains { $0.hasPrefix("agreement_from_") })
  }

  @Test("masked: what was masked is filled in, and the energy of a window is one number")
  func masked() throws {
    let path = try writeText()
    let found = try run(["--data", path, "--masked"])
    #expect(found.status == 0, "\(found.errors)")
    let summary = try record().summary
    try expectFinite(
      summary, ["masked_nats", "masked_conventional_nats", "masked_conventional_shared_nats"])
    for name in ["masked_accuracy", "masked_conventional_accuracy", "share_masked_fell"] {
      #expect((0...1).contains(summary[name] ?? -1), "\(name)")
    }
    #expect(
      summary["validation_nats"] == nil && summary["ngram_nats"] == nil && summary["recurrent_nats"] == nil)
    #expect(summary["share_own_moves_fell"] == nil)
    #expect(try page().contains("What was filled in"))
  }

  @Test("every form of the energy model trains, and none of them rises by its own moves under backtracking")
  func forms() throws {
    for (name, options) in [
      ("bilinear", ["--bilinear", "--blocks", "1", "--learned-steps", "free"]),
      (
        "stack",
        [
          "--self-key", "--tied-head", "--learned-steps", "per-step", "--learned-beta", "--dropout", "0.1",
          "--short-share", "0.5",
        ]
      ), ("diagonal", ["--learned-steps", "diagonal"]),
      ("matrix", ["--learned-steps", "positive-definite", "--self-key"]),
    ] {
      let found = try run(["--methods", "energy", "--sample-length", "0"] + options, output: name)
      #expect(found.status == 0, "\(name): \(found.errors)")
      let summary = try record(name).summary
      #expect(summary["share_own_moves_fell_backtracking"] == 1, "\(name)")
      #expect(try #require(summary["validation_nats"]).isFinite, "\(name)")
    }
    #expect(FileManager.default.fileExists(atPath: folder.path("stack/positions-2.svg")))
  }

  @Test("with --tuning every network has the same trials, which the page shows")
  func tuning() throws {
    let found = try run(["--task", "brackets", "--tuning", "--methods", "energy", "conventional"])
    #expect(found.status == 0, "\(found.errors)")
    try expectFinite(
      try record().summary,
      ["trial_1_nats", "trial_2_nats", "conventional_trial_1_nats", "conventional_trial_2_nats"])
    let words = try page()
    #expect(
      words.contains("the same 2 trials") && words.contains("Muon 0.03, AdamW 0.01, weight decay 0.05"))
  }

  @Test("bad options end in one line")
  func badOptions() throws {
    let path = try writeText()
    for (arguments, text) in [
      (["--data", path, "--task", "listops"], "--data names a text"), (["--task", "text"], "needs --data"),
      (["--masked"], "--masked fills in a text"),
      (["--data", path, "--masked", "--methods", "ngram"], "--methods ngram has no meaning with --masked"),
      (["--methods", "energy", "energy"], "--methods names a method twice"),
      (["--bilinear", "--learned-beta"], "--learned-beta has no meaning"),
      (["--mask", "1"], "--mask must lie between 0 and 1, not 1.0"),
      (["--minutes", "0"], "--minutes must lie above 0"),
      (["--updates", "-1"], "--updates must lie in 0 ... 1000000000, not -1"),
      (["--learned-steps", "wild"], "wild"), (["--data", ""], "--data must not be empty"),
    ] {
      let found = try run(arguments)
      #expect(found.status == 64 && found.errors.contains(text), "\(arguments): \(found.errors)")
    }
  }

  @Test("bad files end in one line")
  func badFiles() throws {
    try run(["--data", folder.path("none.txt")]).expectOneLine(containing: "none.txt")
    for (name, bytes) in [
      ("empty.txt", []), ("short.txt", Array("short".utf8)), ("latin.txt", [0xE4, 0x20]),
    ] {
      try Data(bytes as [UInt8]).write(to: URL(fileURLWithPath: folder.path(name)))
      try run(["--data", folder.path(name)]).expectOneLine(containing: name)
    }
    try run(["--data", folder.path("short.txt")]).expectOneLine(containing: "5 characters", "--context 32")
    #expect(!FileManager.default.fileExists(atPath: folder.path("out/run.json")))
  }
}
