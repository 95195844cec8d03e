import EnergyTransformer
import Foundation
import Reporting
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
      try Program("memory-retrieval").expectEveryOption(
        in: record, butFor: ["output", "python", "peer-programs"])
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
    try expectViewers(summary)
    let tables = try Program("results-tables").run(["--results", folder.path("results")])
    #expect(tables.status == 0, "\(tables.errors)")
    #expect(try text("README.md") == page)
  }

  /// Expects the three photos, all of which can be stepped through, to be recalled there as the record says.
  private func expectViewers(_ summary: [String: Double]) throws {
    let viewers = try WebPage.viewers(inPageAt: folder.path("results/out/page.html"))
    try #require(viewers.count == 2)
    #expect(viewers[0].items.count == 6 && viewers[1].items.count == 3)
    for kind in MemoryKind.allCases {
      let name = kind.isBinary ? "binary memories" : "memories of numbers"
      let distances = try #require(
        viewers[1].lines("Distance from the stored picture in its lengths, \(name)"))
      #expect(distances.count == MemoryKind.allCases.count { $0.isBinary == kind.isBinary })
      let last = try #require(distances[kind.label]).compactMap(\.last)
      let recalled = 100 * Double(last.count { $0 <= 0.1 }) / 3
      let expected = try #require(summary["photos_recalled_\(kind.rawValue)_3"])
      #expect(abs(recalled - expected) < 1e-9, "\(kind): \(last)")
    }
    let left = try #require(
      viewers[0].lines("Energy over that at rest as a share of its fall, memories of numbers"))
    #expect(left.values.allSatisfy { $0.allSatisfy { $0.last == 0 } })
    let weights = try #require(viewers[0].lines("Largest weight of a stored picture"))
    #expect(["modern, softmax", "modern, sparsemax"].allSatisfy { weights[$0] != nil })
    #expect(weights.values.joined().joined().allSatisfy { (0...1.001).contains($0) })
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

  private func writePatterns(_ rows: [[Float]], to name: String = "own patterns.safetensors") throws {
    try SafetensorsFile.write(
      path: folder.path(name),
      arrays: [
        ("patterns", StoredArray(shape: [rows.count, rows.first?.count ?? 4], floats: rows.flatMap { $0 }))
      ])
  }

  private func runScale(_ name: String = "own patterns.safetensors") throws -> FinishedProgram {
    try run([
      "--quick", "--parts", "scale", "--no-peers", "--rounds", "1", "--file", folder.path(name),
    ])
  }

  /// Rows of which each leads all others at its own place.
  private func corners(_ count: Int, _ dimension: Int, length: Float = 1) -> [[Float]] {
    (0..<count).map { row in (0..<dimension).map { $0 == row ? length : 0 } }
  }

  // Lengths of patterns change neither what is recalled nor what beta makes of them.
  @Test(
    "a user's file is called by its name, and shares are those of its own patterns",
    arguments: [(1, 1), (10, 1e-3), (300, 1e3)] as [(Int, Float)])
  func ownPatterns(count: Int, length: Float) throws {
    try writePatterns(corners(count, 300, length: length))
    let finished = try runScale()
    #expect(finished.status == 0, "\(finished.errors)")
    let summary = try RunRecord.read(from: folder.path("results/out/run.json")).summary
    #expect(summary["scale_recalled"] == 1)
    #expect(summary.values.allSatisfy { $0.isFinite })
    #expect(summary.keys.contains("scale_peaked_\(min(count, 256))_ms"))
    let page = try text("README.md")
    #expect(page.contains("The file `own patterns.safetensors` of \(count) patterns of 300 numbers"))
    #expect(page.contains("Of \(min(count, 256)) queries") && !page.contains("random patterns of"))
    #expect(!page.contains("nan") && !finished.output.contains("nan"))
  }

  @Test("a share of ten: one pattern in ten that another covers is not recalled")
  func shareOfTen() throws {
    // So many numbers that noise leads no other query astray.
    var rows = corners(10, 400)
    // Longer and in the same direction: it wins every query of the other.
    rows[9] = rows[0].map { $0 * 4 }
    try writePatterns(rows)
    #expect(try runScale().status == 0)
    let summary = try RunRecord.read(from: folder.path("results/out/run.json")).summary
    #expect(summary["scale_recalled"] == 0.9)
  }

  @Test("zeros, constant patterns and copies are counted in one line")
  func unusualPatterns() throws {
    var rows = corners(6, 20)
    rows[2] = rows[1]
    rows[3] = [Float](repeating: 0, count: 20)
    rows[4] = [Float](repeating: 0.5, count: 20)
    try writePatterns(rows)
    let finished = try runScale()
    #expect(finished.status == 0, "\(finished.errors)")
    let words = "of 6 patterns 1 0 throughout, 1 one number throughout, 1 copies of others"
    #expect(finished.output.contains("own patterns.safetensors: \(words)\n"), "\(finished.output)")
    #expect(try text("README.md").contains(words))
    try writePatterns([[2], [1], [-3]])
    #expect(try runScale().status == 0)
    #expect(!(try text("README.md")).contains("throughout"))
  }

  @Test("files of patterns without numbers to retrieve are refused in one line, before any work")
  func refusedPatterns() throws {
    try writePatterns([])
    try runScale().expectOneLine(containing: "own patterns.safetensors", "patterns", "[0, 4]", "at least one")
    var rows = corners(10, 6)
    rows[7][3] = .nan
    rows[8][0] = .infinity
    try writePatterns(rows)
    try runScale().expectOneLine(containing: "own patterns.safetensors", "patterns", "row 7", "finite", "nan")
    rows[7][3] = -.infinity
    try writePatterns(rows)
    try runScale().expectOneLine(containing: "own patterns.safetensors", "row 7", "-inf")
    for size in [0, 1e-38, 1e30] as [Float] {
      try writePatterns(corners(3, 3, length: size))
      try runScale().expectOneLine(containing: "own patterns.safetensors", "lengths", "1e-15", "1e+15")
    }
    for (shape, count) in [([12], 12), ([3, 2, 2], 12), ([3, 0], 0), ([], 1)] {
      try SafetensorsFile.write(
        path: folder.path("own patterns.safetensors"),
        arrays: [("patterns", StoredArray(shape: shape, floats: [Float](repeating: 1, count: count)))])
      try runScale().expectOneLine(containing: "own patterns.safetensors", "shape", "\(shape)")
    }
    try SafetensorsFile.write(
      path: folder.path("own patterns.safetensors"),
      arrays: [("patterns", StoredArray(shape: [2, 2], integers: [1, 2, 3, 4]))])
    try runScale().expectOneLine(containing: "own patterns.safetensors", "f32", "i64")
    #expect(!FileManager.default.fileExists(atPath: folder.path("results")), "written for bad data")
  }

  /// Gray photos of four pixels a side: the upper half has the first level, the lower the second.
  private func writeGrayPhotos(_ levels: [(UInt8, UInt8)]) throws {
    try? FileManager.default.removeItem(atPath: folder.path("photos"))
    try FileManager.default.createDirectory(
      atPath: folder.path("photos"), withIntermediateDirectories: true)
    for (index, (upper, lower)) in levels.enumerated() {
      let bytes = [UInt8](repeating: upper, count: 8) + [UInt8](repeating: lower, count: 8)
      let image = PixelImage(width: 4, height: 4, channels: 1, bytes: bytes)
      try Data(image.pngData()).write(to: URL(fileURLWithPath: folder.path("photos/\(index).png")))
    }
  }

  private func runPhotos() throws -> FinishedProgram {
    try run([
      "--quick", "--parts", "completion", "--photos", folder.path("photos"), "--photo-side", "4",
    ])
  }

  @Test("photos that are all alike, or one of them their mean, are refused in one line before any work")
  func photosAlike() throws {
    for levels in [[(7, 9), (7, 9)], [(0, 0), (0, 0), (0, 0)], [(255, 255), (255, 255)]] as [[(UInt8, UInt8)]]
    {
      try writeGrayPhotos(levels)
      try runPhotos().expectOneLine(containing: "photos", "all alike", "4 × 4")
    }
    try writeGrayPhotos([(0, 10), (50, 60), (100, 110)])
    try runPhotos().expectOneLine(containing: "1.png", "mean of all images")
    try writeGrayPhotos([(0, 10)])
    try runPhotos().expectOneLine(containing: "photos", "one image", "two")
    #expect(!FileManager.default.fileExists(atPath: folder.path("results")), "written for bad data")
  }

  @Test("photos alike in the hidden half have a dash for its error, copies are counted")
  func photosAlikeInHalf() throws {
    try writeGrayPhotos([(0, 33), (200, 33), (100, 33), (200, 33)])
    let finished = try runPhotos()
    #expect(finished.status == 0, "\(finished.errors)")
    #expect(finished.output.contains("1 of 4 images are copies of others"), "\(finished.output)")
    let page = try text("README.md")
    #expect(page.contains("alike in the hidden half") && page.contains("–"))
    #expect(!page.lowercased().contains("nan"))
    let summary = try RunRecord.read(from: folder.path("results/out/run.json")).summary
    #expect(summary["photos_hidden_error_softmax_4"] == nil && summary["photos_recalled_softmax_4"] != nil)
    #expect(summary.values.allSatisfy { $0.isFinite })
    let tables = try Program("results-tables").run(["--results", folder.path("results")])
    #expect(tables.status == 0, "\(tables.errors)")
    #expect(try text("README.md") == page)
    // Alike in the other half: the cue is the mean image.
    try writeGrayPhotos([(33, 0), (33, 200), (33, 90)])
    let other = try runPhotos()
    #expect(other.status == 0, "\(other.errors)")
    #expect(!(try text("README.md")).contains("alike in the hidden half"))
  }

  @Test("photos that cannot be used are refused in one line, bad options with a usage error")
  func refused() throws {
    let quick = ["--quick", "--parts", "completion", "--photos", folder.path("photos")]
    try run(quick).expectOneLine(containing: "photos", "folder")
    try FileManager.default.createDirectory(
      atPath: folder.path("photos"), withIntermediateDirectories: true)
    try run(quick).expectOneLine(containing: "photos", "no images")
    try Data("no image".utf8).write(to: URL(fileURLWithPath: folder.path("photos/a.png")))
    try run(quick).expectOneLine(containing: "a.png", "PNG or JPEG")
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
