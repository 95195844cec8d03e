import Foundation
import Reporting
import Testing

/// The program `generation`, run as a user runs it.
@Suite(.serialized) struct GenerationTests {
  private let folder: TemporaryPlace

  init() throws { folder = try TemporaryPlace() }

  private func run(_ arguments: [String]) throws -> FinishedProgram {
    try Program("generation").run(["--output", folder.path("out"), "--quick"] + arguments)
  }

  @Test(
    "writes page, figures and record of samples of memory and trained energy; only times depend on threads")
  func results() throws {
    try SmallImages.write(to: folder.path("images"))
    let data = ["--data", folder.path("images"), "--patch", "2"]
    let trained = try Program("masked-images").run(
      data + [
        "--dimension", "16", "--heads", "2", "--key-size", "4", "--memories", "24", "--steps", "6", "--batch",
        "8", "--epochs", "1", "--output", folder.path("model"),
      ])
    #expect(trained.status == 0, "\(trained.errors)")
    var summaries: [[String: Double]] = []
    for threads in ["1", "2"] {
      let finished = try run(
        data + [
          "--threads", threads, "--model", folder.path("model/model.safetensors"), "--temperatures", "0.1",
          "0.5",
        ])
      #expect(finished.status == 0, "\(finished.errors)")
      for name in [
        "README.md", "run.json", "samples.png", "energy.svg", "temperatures.svg", "completions.png",
        "completion-energy.svg", "completion-error.svg",
      ] {
        #expect(FileManager.default.fileExists(atPath: folder.path("out/\(name)")), "\(name)")
      }
      let record = try RunRecord.read(from: folder.path("out/run.json"))
      try Program("generation").expectEveryOption(in: record, butFor: ["output", "kept", "augment"])
      #expect(
        record.tables.map(\.name) == [
          "measures", "temperatures", "completions_early", "completions_last",
        ])
      #expect(record.headline == ["novelty", "diversity"])
      summaries.append(record.summary)
    }
    #expect(summaries[0] == summaries[1])
    let summary = summaries[0]
    // Copies of what is stored are not novel, and at a pattern of length 1 that stands apart the energy is -1/2.
    #expect(summary["novelty_replay"] == 0)
    #expect(summary["energy_replay"].map { abs($0 + 0.5) < 1e-3 } ?? false)
    #expect(summary["novelty"].map { $0 > 0 && $0 < 1 } ?? false)
    #expect(summary["diversity"].map { $0 > 0 && $0 < 2 } ?? false)
    #expect((0...100).contains(summary["accepted_adjusted"] ?? -1))
    // Nothing published stands beside another protocol.
    #expect(summary.keys.allSatisfy { !$0.hasPrefix("published") })
    #expect(summary["mse_t0_last"].map { $0 > 0 && $0.isFinite } ?? false)
    #expect(summary["difference_t0_5_last"].map { $0 > 0 } ?? false)
    let page = try String(contentsOfFile: folder.path("out/README.md"), encoding: .utf8)
    #expect(!page.contains("nan") && !page.contains("inf "))
    let viewers = try WebPage.viewers(inPageAt: folder.path("out/page.html"))
    try #require(viewers.count == 2)
    #expect(
      viewers[0].items.count == 5 && viewers[0].steps.count == 2 && viewers[0].lines("Energy")?.count == 4)
    // All three images that are completed can be stepped through; at temperature 0 each has one chain.
    for (title, name) in [
      ("Energy", "energy_t0_last"), ("Mean squared error of hidden pixels", "mse_t0_last"),
    ] {
      let last = try #require(viewers[1].lines(title)?["T 0 (descent)"]).compactMap(\.last)
      let (mean, expected) = (last.reduce(0, +) / 3, try #require(summary[name]))
      #expect(last.count == 3 && abs(mean - expected) < 1e-4 * abs(expected), "\(name): \(last)")
    }
  }

  @Test("without a trained model the page has the samples of the memory alone")
  func withoutModel() throws {
    let finished = try run(["--threads", "2", "--model", folder.path("none.safetensors")])
    #expect(finished.status == 0, "\(finished.errors)")
    #expect(finished.output.contains("no samples of a trained energy"))
    let record = try RunRecord.read(from: folder.path("out/run.json"))
    #expect(record.tables.map(\.name) == ["measures", "temperatures"])
    #expect(try WebPage.viewers(inPageAt: folder.path("out/page.html")).count == 1)
  }

  @Test("bad options end in one line")
  func badOptions() throws {
    try run(["--label", "eleven"]).expectOneLine(containing: "--label eleven", "nor all")
    let found = try run(["--samples", "1"])
    #expect(found.status == 64 && found.errors.contains("--samples must lie in 2 ..."), "\(found.errors)")
    let odd = try run(["--samples", "31"])
    #expect(odd.status == 64 && odd.errors.contains("multiple of --chains 30"), "\(odd.errors)")
  }
}
