import Foundation
import Reporting
import Testing

struct NeighbourhoodDrawingTests {
  private func drawing() -> NeighbourhoodDrawing {
    var drawing = NeighbourhoodDrawing(
      title: "Around <node> \"5\"", groups: ["normal", "anomaly", "unused"],
      nodes: [0, 0, 1, 0, 1, 0].map { .init(group: $0) },
      edges: [
        .init(from: 3, to: 0, weight: 2), .init(from: 3, to: 1, weight: 0.5), .init(from: 1, to: 0),
        .init(from: 1, to: 2, weight: 0), .init(from: 3, to: 3, weight: 1), .init(from: 2, to: 4),
      ], centre: 3)
    drawing.nodes[3].label = "node 5"
    drawing.caption = "What is seen & what it means."
    return drawing
  }

  @Test("rings are distances from the centre; what cannot be reached stands one further out")
  func rings() {
    let edges = [(0, 1), (1, 2), (0, 3), (3, 2), (2, 4), (4, 4), (6, 7)]
    let layout = NeighbourhoodLayout(
      nodeCount: 8, edges: edges.map { ($0.0, $0.1, 1.0) }, centre: 0)
    #expect(layout.rings == [0, 1, 2, 1, 3, 4, 4, 4])
    #expect(layout.hasUnreached)
    for (ring, position) in zip(layout.rings, layout.positions) {
      #expect(abs((position.x * position.x + position.y * position.y).squareRoot() - Double(ring)) < 1e-12)
    }
    let whole = NeighbourhoodLayout(nodeCount: 2, edges: [(1, 0, 0.0)], centre: 1)
    #expect(whole.rings == [1, 0] && !whole.hasUnreached)
    #expect(NeighbourhoodLayout(nodeCount: 1, edges: [], centre: 0).positions.count == 1)
  }

  @Test("no two nodes share a position, and joined nodes of a ring stand side by side")
  func positions() {
    // A wheel whose rim 1-4-2-5-3-6-1 is out of order.
    let rim = [1, 4, 2, 5, 3, 6, 1]
    let spokes = (1...6).map { (0, $0, 1.0) }
    let layout = NeighbourhoodLayout(
      nodeCount: 7, edges: spokes + zip(rim, rim.dropFirst()).map { ($0, $1, 1.0) }, centre: 0)
    for (a, b) in zip(rim, rim.dropFirst()) {
      let (p, q) = (layout.positions[a], layout.positions[b])
      // The chord of a sixth of the unit circle.
      #expect(abs(hypot(p.x - q.x, p.y - q.y) - 1) < 1e-9)
    }
    let big = NeighbourhoodLayout(
      nodeCount: 90, edges: (1..<90).map { ($0, $0 < 30 ? 0 : 1 + $0 % 7, 1.0) }, centre: 0)
    for a in 0..<90 {
      for b in 0..<a {
        let (p, q) = (big.positions[a], big.positions[b])
        #expect(hypot(p.x - q.x, p.y - q.y) > 0.02)
      }
    }
  }

  @Test("the strongest neighbours of a node and of these, each edge as wide as the end found first has it")
  func strongest() {
    // Node 9 looks at itself and four others; 4 and 6 are equal.
    let weights: [Int: [(node: Int, weight: Double)]] = [
      9: [(2, 0.1), (4, 0.2), (6, 0.2), (7, 0.05), (9, 0.45)], 4: [(9, 0.9), (7, 0.1)],
      6: [(6, 0.3), (4, 0.4), (8, 0.3)],
    ]
    let found = NeighbourhoodDrawing.strongest(around: 9, nearest: 2, further: 1) { weights[$0] ?? [] }
    // 4 looks most at 9, which is drawn; 6 at 4.
    #expect(found.nodes == [9, 4, 6])
    #expect(
      found.edges == [
        .init(from: 0, to: 1, weight: 0.2), .init(from: 0, to: 2, weight: 0.2),
        .init(from: 2, to: 1, weight: 0.4), .init(from: 0, to: 0, weight: 0.45),
      ])
    let wide = NeighbourhoodDrawing.strongest(around: 9, nearest: 3, further: 2) { weights[$0] ?? [] }
    #expect(wide.nodes == [9, 4, 6, 2, 7, 8])
    #expect(NeighbourhoodDrawing.strongest(around: 5, nearest: 3, further: 2) { _ in [] }.nodes == [5])
  }

  @Test("every node and edge is drawn, the heaviest edge widest, the centre twice ringed")
  func elements() throws {
    let svg = try drawing().svg()
    #expect(try drawing().svg() == svg)
    // Three rings of distance and one of what is not joined, six nodes, the centre's rim, a loop, two legend dots.
    #expect(svg.components(separatedBy: "<circle").count - 1 == 4 + 6 + 1 + 1 + 2)
    // Five edges that are no loops and two lines of the legend.
    #expect(svg.components(separatedBy: "<line").count - 1 == 5 + 2)
    let widths = svg.components(separatedBy: "<line").dropFirst().compactMap { part in
      Double(part.components(separatedBy: "stroke-width=\"")[1].prefix { $0 != "\"" })
    }
    #expect(widths.prefix(5) == [0.7, 2.27, 3.85, 3.85, 7], "from light to heavy")
    #expect(svg.contains(">Around &lt;node&gt; &quot;5&quot;</text>"))
    for word in [
      "normal", "anomaly", "node 5", "1 step", "3 steps", "not joined", "What is seen &amp; what it means.",
    ] {
      #expect(svg.contains(">\(word)</text>"))
    }
    #expect(!svg.contains("unused") && !svg.contains("nan"))
  }

  @Test("the drawing is well-formed XML, and one node alone can be drawn")
  func wellFormed() throws {
    let alone = NeighbourhoodDrawing(title: "", groups: ["a"], nodes: [.init(group: 0)], edges: [], centre: 0)
    for svg in [try drawing().svg(), try alone.svg()] {
      var open: [Substring] = []
      for tag in svg.split(separator: "<").map({ $0.prefix { $0 != ">" } }) where !tag.isEmpty {
        if tag.hasPrefix("/") {
          #expect(open.popLast() == tag.dropFirst())
        } else if !tag.hasSuffix("/") {
          open.append(tag.prefix { $0 != " " })
        }
      }
      #expect(open.isEmpty)
    }
  }

  @Test("what cannot be drawn is refused by its place")
  func refusals() throws {
    func problem(_ change: (inout NeighbourhoodDrawing) -> Void) -> String {
      var drawing = drawing()
      drawing.title = "t"
      change(&drawing)
      do {
        _ = try drawing.svg()
        return "drawn"
      } catch { return "\(error)" }
    }
    #expect(problem { $0.centre = 6 } == "drawing t: centre 6, expected one of 6 nodes")
    #expect(problem { $0.nodes[2].group = 3 } == "drawing t: node 2: group 3, expected one of 3 groups")
    #expect(problem { $0.edges[1].to = -1 } == "drawing t: edge 1: from 3 to -1, expected two of 6 nodes")
    #expect(
      problem { $0.edges[0].weight = .nan }
        == "drawing t: edge 0: weight nan, expected a finite number of at least 0")
    var bad = drawing()
    bad.centre = 9
    let folder = try TemporaryFolder()
    #expect(throws: ReportingError.self) { try bad.write(to: folder.path + "/a.svg") }
    #expect(try folder.names().isEmpty)
    try drawing().write(to: folder.path + "/a.svg")
    #expect(try folder.names() == ["a.svg"])
  }
}
