import Foundation
import Reporting
import Testing

/// The program `implicit-gradients`, run as a user runs it.
@Suite(.serialized) struct ImplicitGradientsTests {
  private let folder: TemporaryPlace

  init() throws { folder = try TemporaryPlace() }

  private func run(_ arguments: [String]) throws -> FinishedProgram {
    try Program("implicit-gradients").run(["--output", folder.path("out"), "--quick"] + arguments)
  }

  @Test("writes page, figures, weights and record; memory of an implicit step does not grow with the steps")
  func results() throws {
    let finished = try run([
      "--dimension", "16", "--heads", "2", "--key-size", "4", "--memories", "24", "--steps", "3", "--batch",
      "6",
      "--threads", "2",
    ])
    #expect(finished.status == 0, "\(finished.errors)")
    for name in [
      "README.md", "run.json", "training.svg", "memory.svg", "metrics-implicit.csv",
      "metrics-unrolled_without_input.csv", "model.safetensors",
    ] {
      #expect(FileManager.default.fileExists(atPath: folder.path("out/\(name)")), "\(name)")
    }
    let record = try RunRecord.read(from: folder.path("out/run.json"))
    try Program("implicit-gradients").expectEveryOption(in: record)
    let summary = record.summary
    for method in ["implicit", "unrolled", "truncated", "unrolled_without_input"] {
      let error = try #require(summary["\(method)_masked_mse"], "\(method)")
      #expect(error > 0 && error < 1, "\(method): \(error)")
      #expect(error == summary["\(method)_masked_mse_seed_1"])
      #expect(summary["\(method)_test_steps"] != nil)
    }
    #expect(summary["unrolled_test_steps"] == 3)
    #expect(summary["unrolled_test_at_rest_percent"] == nil)
    #expect((0...100).contains(summary["implicit_test_at_rest_percent"] ?? -1))

    func growth(_ path: String) throws -> Double {
      let few = try #require(summary["\(path)_memory_mb_12"])
      #expect(few > 0, "\(path)")
      return try #require(summary["\(path)_memory_mb_200"]) / few
    }
    for path in ["implicit", "truncated"] { #expect(try growth(path) < 1.01, "\(path)") }
    for path in ["unrolled", "fused"] { #expect(try growth(path) > 3, "\(path)") }
    #expect(try growth("recomputed") > 1.05)

    let cosine = try #require(summary["truncated_1_gradient_cosine"])
    #expect(abs(cosine) <= 1.000001)
    let page = try String(contentsOfFile: folder.path("out/README.md"), encoding: .utf8)
    let ratio = try #require(summary["implicit_to_unrolled_mse"])
    let apart = String(format: "%.1f %% \(ratio > 1 ? "above" : "below")", 100 * abs(ratio - 1))
    #expect(page.contains("an error \(apart) that of the unrolled model") && !page.contains(" nan"))
    try checkViewer()
  }

  /// What is shown of the models: six of ten images, a descent of three steps among others of twenty.
  private func checkViewer() throws {
    let viewers = try WebPage.viewers(inPageAt: folder.path("out/page.html"))
    let viewer = try #require(viewers.first)
    #expect(viewers.count == 1 && viewer.items.count == 6)
    #expect(viewer.steps == ["0", "1", "2", "4", "8", "12", "20"])
    let errors = try #require(viewer.lines("Mean squared error of hidden pixels"))
    #expect(errors.count == 4)
    #expect(errors.values.joined().joined().allSatisfy { $0 > 0 && $0 < 1 })
    let unrolled = try #require(errors["unrolled"])
    for steps in unrolled { #expect(Set(steps[3...]).count == 1) }
    // Six updates move the completion of some images by less than the six digits of a page.
    #expect(unrolled.contains { $0[0] != $0[2] })
    // A row for each image and method, unrolled being the second method.
    let energies = try #require(viewer.lines("Energy of the chosen model")?["energy"])
    #expect(energies.count == 6 * 4)
    for image in 0..<6 {
      let steps = energies[image * 4 + 1]
      #expect(Set(steps[3...]).count == 1 && steps[2] < steps[0])
    }
    let overview = try String(contentsOfFile: folder.path("out/overview.svg"), encoding: .utf8)
    #expect(overview.matches(of: /<image\s/).count == 4 * (1 + 7 + 1))
  }

  @Test("bad options end in one line")
  func badOptions() throws {
    try run(["--batch", "100000"]).expectOneLine(containing: "--batch 100000", "training images")
    let found = try run(["--tolerance", "0"])
    #expect(found.status == 64 && found.errors.contains("--tolerance must lie above 0"), "\(found.errors)")
  }
}
