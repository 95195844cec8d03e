import Foundation
import Reporting
import Testing

struct HeatMapTests {
  private func map() -> HeatMap {
    HeatMap(
      title: "Groups of <cells>", xTitle: "column", yTitle: "row", groups: ["one", "two & three"],
      columns: ["a", "b", "c"], rows: ["first", "second"],
      cells: [
        [.init(group: 0, label: "7"), .init(group: 1), .init(group: 0, label: "8")],
        [.init(group: 1, label: "9"), .init(group: 1), .init(group: 0)],
      ])
  }

  @Test("every cell has the colour of its group and its word, every group stands in the legend")
  func elements() throws {
    let svg = try map().svg()
    #expect(try map().svg() == svg)
    // Two of the legend, six cells.
    #expect(svg.components(separatedBy: "<rect").count - 1 == 2 + 6)
    let colours = svg.components(separatedBy: "<rect").dropFirst().compactMap { part in
      part.components(separatedBy: "fill=\"").dropFirst().first?.prefix { $0 != "\"" }
    }
    let (one, two) = (colours[0], colours[1])
    #expect(one != two && colours.dropFirst(2) == [one, two, one, two, two, one])
    for word in [
      "Groups of &lt;cells&gt;", "two &amp; three", "first", "second", "a", "7", "8", "9", "column", "row",
    ] {
      #expect(svg.contains(">\(word)</text>"), "\(word)")
    }
    #expect(!svg.contains("nan"))
  }

  @Test("what cannot be drawn is refused by its place")
  func refused() throws {
    func problem(_ change: (inout HeatMap) -> Void) -> String {
      var map = map()
      map.title = "t"
      change(&map)
      do {
        _ = try map.svg()
        return "drawn"
      } catch { return "\(error)" }
    }
    #expect(problem { _ in } == "drawn")
    #expect(problem { $0.cells[1].removeLast() } == "heat map t: row second: 2 cells, expected 3")
    #expect(
      problem { $0.cells[1][2].group = 2 } == "heat map t: row second, column c: group 2, expected one of 2")
    #expect(problem { $0.cells.removeLast() } == "heat map t: 1 rows of cells, expected 2")
    #expect(problem { $0.rows = [] } == "heat map t: no cells to draw")
    let folder = try TemporaryFolder()
    try map().write(to: folder.path + "/a.svg")
    #expect(try folder.names() == ["a.svg"])
  }
}
