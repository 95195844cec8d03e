import Foundation
import Reporting
import Testing

/// The program `energy-landscape`, run as a user runs it, on a small model trained here.
@Suite(.serialized) struct EnergyLandscapeTests {
  private let folder: TemporaryPlace

  init() throws {
    folder = try TemporaryPlace()
    try SmallImages.write(to: folder.path("images"))
  }

  private var data: [String] { ["--data", folder.path("images"), "--patch", "2"] }

  private func run(_ arguments: [String]) throws -> FinishedProgram {
    try Program("energy-landscape").run(
      ["--quick", "--output", folder.path("out"), "--model", folder.path("model/model.safetensors")]
        + arguments)
  }

  @Test("writes page, figures and record; two clusters have one minimum, then two, then many")
  func results() throws {
    let trained = try Program("masked-images").run(
      data + [
        "--dimension", "16", "--heads", "2", "--key-size", "4", "--memories", "24", "--steps", "6", "--batch",
        "8", "--epochs", "3", "--output", folder.path("model"),
      ])
    #expect(trained.status == 0, "\(trained.errors)")
    let finished = try run(data + ["--threads", "2", "--steps", "3000", "--tolerance", "1e-4"])
    #expect(finished.status == 0, "\(finished.errors)")
    for name in [
      "README.md", "clusters-0.1.svg", "clusters-8.svg", "clusters-1024.svg", "clusters-profile.svg",
      "end-points.svg",
    ] {
      #expect(FileManager.default.fileExists(atPath: folder.path("out/\(name)")), "\(name)")
    }
    let record = try RunRecord.read(from: folder.path("out/run.json"))
    try Program("energy-landscape").expectEveryOption(in: record, butFor: ["output", "kept", "augment"])
    #expect(record.tables.prefix(3).map(\.name) == ["clusters", "ends", "rest_errors"])
    let numbers = record.summary
    #expect(numbers["cluster_minima_beta_0_1"] == 1 && numbers["two_cluster_minima"] == 2)
    #expect(numbers["cluster_minima_beta_1024"].map { (3...16).contains($0) } ?? false)
    #expect(numbers["cluster_barrier_between_beta_8"].map { $0 > 0 && $0 < 1 } ?? false)
    #expect(numbers["cluster_index_between_beta_8"] == 1)
    // Below 2 over the largest eigenvalue of X Xᵀ, which lies between half of the 16 and 16.
    #expect(numbers["two_cluster_convex_below_beta"].map { (0.125...0.25).contains($0) } ?? false)
    let settled = try #require(numbers["digits_share_settled"])
    #expect((0...1).contains(settled))
    #expect((numbers["digits_share_minima"] != nil) == (settled > 0))
    #expect(
      numbers["digits_share_settled_input_100"] != nil && numbers["digits_share_settled_input_1"] == nil)
    let page = try String(contentsOfFile: folder.path("out/README.md"), encoding: .utf8)
    #expect(!page.contains("nan") && page.contains("Minima found: 1 at β = 0.1; 2 at β = 8;"))
    let viewer = try #require(WebPage.viewers(inPageAt: folder.path("out/page.html")).first)
    #expect(viewer.items == ["0.1", "8", "1024"] && viewer.steps.last == "rest")
    let lines = try #require(viewer.lines("Energy"))
    #expect(lines.count == 6)
    // No update raises the energy, and all end at the one minimum that was found at the lowest β.
    for beta in 0..<3 {
      for line in lines.values.map({ $0[beta] }) {
        #expect(zip(line, line.dropFirst()).allSatisfy { $1 <= $0 + 1e-5 * abs($0) }, "\(line)")
      }
    }
    let ends = lines.values.compactMap { $0[0].last }
    #expect((ends.max() ?? 1) - (ends.min() ?? 0) < 1e-4 * (1 + abs(ends[0])))
  }

  @Test("bad options end in one line, and so does a model that is not there")
  func badOptions() throws {
    try run(data).expectOneLine(containing: "model.safetensors")
    for (arguments, text) in [
      (["--main-beta", "3"], "--main-beta 3.0"), (["--betas", "8", "8"], "--betas"),
      (["--images", "0"], "--images must lie in 1 ... 10000"),
      (["--input-strengths", "2", "2"], "--input-strengths"),
    ] {
      let found = try run(arguments)
      #expect(found.status == 64 && found.errors.contains(text), "\(found.errors)")
    }
  }
}
