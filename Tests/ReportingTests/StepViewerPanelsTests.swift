import Foundation
import Reporting
import Testing

@Suite("graphs and bars of viewers") struct StepViewerPanelsTests {
  /// What a browser reads.
  private struct Read: Decodable {
    struct Graph: Decodable {
      let names: [String], kinds: [Int], x: [Double], y: [Double], centre: Int, from: [Int], to: [Int]
      let values: [[Double]], weights: [[[Double]]]
    }
    struct Row: Decodable, Equatable {
      let label: String, mark: String, isRest: Bool
    }
    struct Bars: Decodable {
      let rows: [Row], values: [[[Double]]]
    }
    struct Panel: Decodable {
      let kind: String, groups: [String], frames: Int
      let graphs: [Graph]?, bars: [Bars]?
    }
    let panels: [Panel]
  }

  private func read(_ viewer: StepViewer) throws -> [Read.Panel] {
    try JSONDecoder().decode(Read.self, from: JSONEncoder().encode(viewer)).panels
  }

  private let empty = StepViewer("Graphs", items: ["a", "b"], itemName: "graph", steps: ["0", "1", "2"])
  private let reading = StepViewer.GraphReading(
    kinds: ["node", "class token"], value: "energy", weight: "attention")

  /// A star of `leaves` nodes about the centre, joined both ways, whose first leaf is joined to one node more.
  private func star(leaves: Int, value: Double = 1) -> StepViewer.Graph {
    let count = leaves + 2
    let pairs =
      (1...leaves).flatMap { [(from: 0, to: $0), (from: $0, to: 0)] }
      + [(from: 1, to: count - 1), (from: 0, to: 0)]
    return StepViewer.Graph(
      nodes: (0..<count).map { .init(group: $0 == 0 ? 1 : 0, label: "node \($0)") }, pairs: pairs,
      values: (0..<3).map { step in (0..<count).map { value + Double(10 * step + $0) / 3 } },
      weights: (0..<2).map { group in
        (0..<3).map { step in pairs.indices.map { Double(100 * group + 10 * step + $0) / 700 } }
      })
  }

  @Test(
    "a graph keeps nodes, numbers to six digits and weights to three; nodes stand on rings about the centre")
  func graphs() throws {
    var viewer = empty
    try viewer.addGraphs(
      "Attention", reading, groups: ["1", "2"], groupName: "head", [star(leaves: 3), star(leaves: 4)])
    let panel = try #require(try read(viewer).first)
    #expect(panel.kind == "graphs" && panel.groups == ["1", "2"] && panel.frames == 3)
    let graphs = try #require(panel.graphs)
    let first = graphs[0]
    #expect(first.names == (0..<5).map { "node \($0)" } && first.kinds == [1, 0, 0, 0, 0])
    #expect(first.from == [0, 1, 0, 2, 0, 3, 1, 0] && first.to == [1, 0, 2, 0, 3, 0, 4, 0])
    #expect(first.values[2][1] == 8 && first.values[1][1] == 4.66667)
    // 113 / 700.
    #expect(first.weights[1][1][3] == 0.161)
    let distances = zip(first.x, first.y).map { ($0 * $0 + $1 * $1).squareRoot() }
    for (found, ring) in zip(distances, [0.0, 1, 1, 1, 2]) { #expect(abs(found - ring) < 2e-3) }
    #expect(graphs[1].names.count == 6 && graphs[1].weights[0].count == 3)
  }

  @Test("bars keep labels, marks and what is left, with lengths to four digits")
  func bars() throws {
    var viewer = empty
    let rows: [StepViewer.Bars.Row] = [
      .init("CASS", mark: "implanted"), .init("CAWF"), .init("8 others", isRest: true),
    ]
    try viewer.addBars(
      "Weights",
      (0..<2).map { item in
        .init(rows: rows, values: [(0..<3).map { step in (0..<3).map { Double(item + step + $0) / 7 } }])
      })
    let panel = try #require(try read(viewer).first)
    let bars = try #require(panel.bars)
    #expect(panel.kind == "bars" && bars.count == 2)
    #expect(bars[0].rows[0] == .init(label: "CASS", mark: "implanted", isRest: false))
    #expect(bars[0].rows[2] == .init(label: "8 others", mark: "", isRest: true))
    #expect(
      bars[1].values == [[[0.1429, 0.2857, 0.4286], [0.2857, 0.4286, 0.5714], [0.4286, 0.5714, 0.7143]]])
  }

  @Test("a page with both is written anew from itself, and one without them says nothing of them")
  func rebuilt() throws {
    let folder = try TemporaryFolder()
    var viewer = empty
    try viewer.addLines("Energy", [("total", [[3, 2, 1], [6, 5, 4]])])
    let before = String(decoding: try JSONEncoder().encode(viewer), as: UTF8.self)
    #expect(!before.contains("\"graphs\"") && !before.contains("\"bars\"") && !before.contains("reading"))
    try viewer.addGraphs("Attention", reading, groups: ["1", "2"], [star(leaves: 2), star(leaves: 3)])
    try viewer.addBars(
      "Weights", (0..<2).map { _ in .init(rows: [.init("A")], values: [[[1], [0.5], [0]]]) })
    let path = folder.path + "/page.html"
    try WebPage(markdown: "# A", folder: folder.path, viewers: [viewer]).write(to: path)
    #expect(try WebPage.viewers(inPageAt: path) == [viewer])
    // The script that draws them is in the page.
    #expect(try folder.read("page.html").contains("const energyPanels = "))
  }

  @Test("numbers that are not finite and weights below 0 are refused in a line")
  func refused() throws {
    var viewer = empty
    #expect(
      message {
        try viewer.addGraphs(
          "Attention", reading, groups: ["1", "2"], [star(leaves: 2), star(leaves: 2, value: .nan)])
      } == "viewer, Attention: a node has a number that is not finite")
    var negative = star(leaves: 2)
    negative.weights[1][2][0] = -0.1
    #expect(
      message { try viewer.addGraphs("Attention", reading, groups: ["1", "2"], [negative, negative]) }
        == "viewer, Attention: a weight is not a finite number of at least 0")
    let bars = StepViewer.Bars(rows: [.init("A")], values: [[[1], [.infinity], [0]]])
    #expect(
      message { try viewer.addBars("Weights", [bars, bars]) }
        == "viewer, Weights: a bar is not a finite number of at least 0")
    #expect(try read(viewer).isEmpty)
  }
}
