import EnergyTransformer
import Foundation
import Testing

private let python = Program(path: "/usr/bin/env")
private let hasNumpy = (try? python.run(["python3", "-c", "import numpy"]))?.status == 0

/// Scripts/convert-graphs.py, whose own tests are a Python program.
@Suite(.enabled(if: hasNumpy, "needs python3 with numpy"))
struct ConvertGraphsTests {
  private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("ScriptTests/convert_graphs_tests.py").path

  @Test("the script's own tests pass")
  func script() throws {
    let found = try python.run(["python3", "-W", "error", Self.tests])
    #expect(found.status == 0, "\(found.errors)")
  }

  @Test("a converted file reads as the graph it was made from")
  func reading() throws {
    let place = try TemporaryPlace()
    let found = try python.run(["python3", Self.tests, "write", place.path("")])
    try #require(found.status == 0, "\(found.errors)")
    let (graph, report) = try NodeGraphFile.read(URL(fileURLWithPath: place.path("graph.safetensors")))
    // The features of graph.pt are a view whose sign is turned.
    #expect(graph.features.elements == [-0.5, 1, -2, -3, -4.25, -5, -6, -7, 8, -9, -10, -11])
    #expect(graph.labels == [0, 1, 0, 1] && graph.name == "graph" && graph.source == "graph.pt, converted")
    #expect((0..<4).map { Array(graph.neighbours.columns(of: $0)) } == [[1, 2, 3], [0], [0, 3], [0, 2]])
    #expect(report.pairsRead == 5 && report.reversesAdded == 3)
    let kinds = try NodeGraphFile.read(URL(fileURLWithPath: place.path("kinds.safetensors"))).graph
    #expect(kinds.outlierKinds == [OutlierKind.none, .contextual, .structural, .both])
    #expect(kinds.labels == [0, 1, 1, 1])
  }
}
