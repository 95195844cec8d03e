import EnergyTransformer
import Foundation
import Testing

/// The program `memory-retrieval`, run as a user runs it.
@Suite(.serialized) struct MemoryRetrievalTests {
  private let folder: TemporaryPlace

  init() throws { folder = try TemporaryPlace() }

  private func run(_ arguments: [String]) throws -> FinishedProgram {
    try Program("memory-retrieval").run(["--output", folder.path("results/out")] + arguments)
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: folder.path("results/out/\(name)"), encoding: .utf8)
  }

  private func writePhotos() throws {
    try FileManager.default.createDirectory(
      atPath: folder.path("photos"), withIntermediateDirectories: true)
    for (index, size) in [(20, 30), (31, 17), (24, 24)].enumerated() {
      let bytes = (0..<size.0 * size.1 * 3).map {
        UInt8(truncatingIfNeeded: ($0 * (7 + 11 * index)) ^ ($0 >> 3))
      }
      let image = PixelImage(width: size.0, height: size.1, channels: 3, bytes: bytes)
      try Data(image.pngData()).write(to: URL(fileURLWithPath: folder.path("photos/\(index).png")))
    }
  }

  @Test("writes page, curves, pictures and record, with the same numbers for 1 and 2 threads")
  func results() throws {
    try writePhotos()
    let files = [
      "capacity.csv", "capacity-hebb.svg", "capacity-continuous.svg", "update-error.svg", "kinds.svg",
      "steps.svg", "mixture.svg", "emergent.svg", "completed-digits.png", "completed-photos.png",
    ]
    var found: [(summary: [String: Double], files: [Data])] = []
    for threads in ["1", "2"] {
      let finished = try run([
        "--quick", "--threads", threads, "--photos", folder.path("photos"), "--photo-side", "16", "--parts",
        "capacity", "recall", "bounds", "kinds", "emergent", "completion",
      ])
      #expect(finished.status == 0, "\(finished.errors)")
      let record = try RunRecord.read(from: folder.path("results/out/run.json"))
      found.append(
        (
          record.summary,
          try files.map { try Data(contentsOf: URL(fileURLWithPath: folder.path("results/out/\($0)"))) }
        ))
    }
    #expect(found[0].summary == found[1].summary)
    #expect(found[0].files == found[1].files)
    let summary = found[0].summary
    #expect(summary["modern_recalled_d64"] == 1_000)
    #expect(summary["theorem5_violations"] == 0 && (summary["theorem5_updates"] ?? 0) > 0)
    // Hebb's rule fails where dense memories and modern ones still hold everything that fits.
    let hebb = try #require(summary["capacity_hebb_d64"])
    #expect(hebb >= 4 && hebb < 20)
    #expect(summary["capacity_open_hebb_d64"] == 0 && summary["capacity_open_softmax_d64"] == 1)
    #expect((summary["capacity_softmax_d64"] ?? 0) > 5 * hebb)
    #expect(summary["global_softmax_beta_1"] == 100 && summary["single_softmax_beta_200"] == 100)
    #expect((summary["lsr_most_emergent"] ?? 0) > 0)
    #expect(summary["digits_recalled_softmax_10"] == 100)
    let page = try text("README.md")
    for words in ["theorem 5", "| binary, Hebb", "completed-photos.png", "all 1000"] {
      #expect(page.contains(words), "\(words)")
    }
    let tables = try Program("results-tables").run(["--results", folder.path("results")])
    #expect(tables.status == 0, "\(tables.errors)")
    #expect(try text("README.md") == page)
  }

  @Test("retrieval at size measures a file of its own or of the user's, which it keeps")
  func scale() throws {
    let file = folder.path("patterns.safetensors")
    let arguments = [
      "--quick", "--parts", "scale", "--no-peers", "--rounds", "2", "--patterns", "3000",
      "--dimension", "128", "--file", file,
    ]
    for _ in 0..<2 {
      let finished = try run(arguments)
      #expect(finished.status == 0, "\(finished.errors)")
      let summary = try RunRecord.read(from: folder.path("results/out/run.json")).summary
      #expect(summary["scale_recalled"] == 1)
      for name in ["stream_bandwidth_share", "stream_peak_share", "scale_peaked_1_ms"] {
        #expect((summary[name] ?? 0) > 0)
      }
      #expect(summary["faiss_ratio_1"] == nil)
      let array = try SafetensorsFile.read(path: file).array(named: "patterns")
      #expect(array.shape == [3_000, 128])
    }
    try run(["--parts", "scale", "--no-peers", "--dimension", "16", "--file", file]).expectOneLine(
      containing: "patterns.safetensors", "128", "16")
    try SafetensorsFile.write(
      path: file, arrays: [("patterns", StoredArray(shape: [2, 3], doubles: [0, 0, 0, 0, 0, 0]))])
    try run(["--parts", "scale", "--no-peers", "--file", file]).expectOneLine(
      containing: "patterns.safetensors", "format", "f32", "f64")
    try run(["--quick", "--parts", "scale", "--python", folder.path("no-python")]).expectOneLine(
      containing: "no-python", "--no-peers")
  }

  @Test("photos that cannot be used are refused in one line, bad options with a usage error")
  func refused() throws {
    let quick = ["--quick", "--parts", "completion", "--photos", folder.path("photos")]
    try run(quick).expectOneLine(containing: "photos", "folder")
    try FileManager.default.createDirectory(
      atPath: folder.path("photos"), withIntermediateDirectories: true)
    try run(quick).expectOneLine(containing: "photos", "no images")
    try Data("no image".utf8).write(to: URL(fileURLWithPath: folder.path("photos/a.png")))
    try run(quick).expectOneLine(containing: "a.png", "signature")
    #expect(!FileManager.default.fileExists(atPath: folder.path("results")), "written for bad data")
    for bad in [
      ["--parts", "none"], ["--parts", "recall", "recall"], ["--threads", "0"], ["--photo-side", "0"],
      ["--patterns", "1"], ["--dimension", "1"], ["--rounds", "0"], ["--photos", ""], ["--file", ""],
    ] {
      let found = try run(["--quick"] + bad)
      #expect(found.status == 64 && found.errors.contains("Error: "), "\(bad): \(found.errors)")
    }
  }
}
