import Foundation
import Reporting
import Testing

/// The program `hierarchical-memory`, run as a user runs it.
@Suite(.serialized) struct HierarchicalMemoryTests {
  private let folder: TemporaryPlace

  init() throws { folder = try TemporaryPlace() }

  private func run(_ arguments: [String]) throws -> FinishedProgram {
    try Program("hierarchical-memory").run(["--output", folder.path("out"), "--quick"] + arguments)
  }

  @Test("writes page, figures, weights and record, with the energies of every layer and synapse")
  func results() throws {
    let finished = try run([
      "--features", "3", "--hidden", "8", "--steps", "4", "--threads", "2", "--block",
      folder.path("none.json"), "--validation-images", "6",
    ])
    #expect(finished.status == 0, "\(finished.errors)")
    #expect(finished.output.contains("no block to compare with"))
    for name in ["README.md", "run.json", "energy.svg", "error.svg", "completions.png", "model.safetensors"] {
      #expect(FileManager.default.fileExists(atPath: folder.path("out/\(name)")), "\(name)")
    }
    let record = try RunRecord.read(from: folder.path("out/run.json"))
    try Program("hierarchical-memory").expectEveryOption(in: record, butFor: ["output", "block"])
    let energy = try String(contentsOfFile: folder.path("out/energy.svg"), encoding: .utf8)
    for part in [
      "pixels-features convolution", "features-hidden dense", "pixels", "features", "hidden", "total",
    ] {
      #expect(energy.contains(part), "\(part)")
    }
    #expect(record.summary["masked_mse"].map { $0 > 0 && $0.isFinite } ?? false)
    #expect((0...1).contains(record.summary["share_energy_fell_every_step"] ?? -1))
    #expect(record.summary["block_masked_mse"] == nil)
    // All six images that are judged can be stepped through, so that their mean is the record's.
    let viewer = try #require(WebPage.viewers(inPageAt: folder.path("out/page.html")).first)
    #expect(viewer.items.count == 6 && viewer.steps == ["0", "1", "2", "3", "4"])
    let last = try #require(viewer.lines("Mean squared error of hidden pixels")?["error"]).map { $0[4] }
    let (mean, error) = (last.reduce(0, +) / 6, try #require(record.summary["masked_mse"]))
    #expect(abs(mean - error) < 1e-4 * error)
    let energies = try #require(viewer.lines("Energy")?["total"])
    let each = try #require(viewer.lines("Energy by layer and synapse"))
    #expect(energies.count == 6 && each.count == 7)
    // What falls is the sum of the four synapses' and the three layers' energies.
    for image in 0..<6 {
      let parts = each.values.map { $0[image][4] }
      let total = energies[image][4]
      #expect(abs(parts.reduce(0, +) - total) < 1e-3 * parts.reduce(1) { $0 + abs($1) })
    }
  }

  @Test("bad options end in one line")
  func badOptions() throws {
    try run(["--batch", "100000"]).expectOneLine(containing: "--batch 100000", "training images")
    let found = try run(["--kernel", "0"])
    #expect(found.status == 64 && found.errors.contains("--kernel must lie in 1 ... 64"), "\(found.errors)")
  }
}
