import Foundation
import Reporting
import Testing

struct FieldMapTests {
  private func map() -> FieldMap {
    FieldMap(
      title: "A <plane>", xTitle: "first", yTitle: "second", valueTitle: "energy", columns: [0, 1, 2],
      rows: [-1, 1], values: [[0, 0, 4], [1, 2, 3]],
      paths: [
        .init(label: "way", x: [0, 1, 2], y: [-1, 0, 1]), .init(label: "place", x: [1], y: [1]),
        .init(label: "way", x: [2, 1], y: [1, 1]),
      ])
  }

  private func parts(_ svg: String, _ element: String) -> [Substring] {
    svg.components(separatedBy: "<\(element) ").dropFirst().map { $0.prefix { $0 != ">" } }
  }

  private func attribute(_ name: String, of part: Substring) -> String? {
    part.components(separatedBy: " \(name)=\"").dropFirst().first.map { String($0.prefix { $0 != "\"" }) }
      ?? (part.hasPrefix("\(name)=\"") ? String(part.dropFirst(name.count + 2).prefix { $0 != "\"" }) : nil)
  }

  @Test("neighbours of one shade are one rectangle, and shades go from light to dark as numbers rise")
  func shades() throws {
    var map = map()
    map.shadeCount = 4
    let svg = try map.svg()
    #expect(try map.svg() == svg)
    let fills = parts(svg, "rect").compactMap { attribute("fill", of: $0) }
    // 0 0 | 4 and 1 | 2 | 3, in bands of 1 from 0 to 4; the four of the scale.
    #expect(fills.count == 5 + 4)
    let scale = Array(fills.suffix(4))
    #expect(Set(scale).count == 4 && scale.first == "#ffffff" && scale.last == "#08519c")
    #expect(Array(fills[0..<5]) == [scale[0], scale[3], scale[1], scale[2], scale[3]])
    let widths = parts(svg, "rect").compactMap { attribute("width", of: $0).flatMap(Double.init) }
    // Three columns of 1 on an extent of 3 by 4: a unit is 110 pixels.
    #expect(abs(widths[0] - 220.4) < 0.02 && abs(widths[1] - 110.4) < 0.02)
  }

  @Test("a path runs from a ring to a dot through its points, the second axis upwards; labels stand once")
  func paths() throws {
    let svg = try map().svg()
    // Each path of several points twice, white below its colour, and the frame.
    let lines = parts(svg, "polyline").compactMap { attribute("points", of: $0) }
    #expect(lines.count == 2 * 2 + 1)
    let points = lines[1].split(separator: " ").map { $0.split(separator: ",").compactMap { Double($0) } }
    #expect(points.count == 3)
    #expect(abs(points[1][0] - points[0][0] - 110) < 0.02 && abs(points[1][1] - points[0][1] + 110) < 0.02)
    // Rings at two starts; dots at three ends and two of the legend.
    #expect(parts(svg, "circle").count == 2 + 3 + 2)
    for word in ["A &lt;plane&gt;", "first", "second", "energy", "way", "place"] {
      #expect(svg.components(separatedBy: ">\(word)</text>").count == 2, "\(word)")
    }
    #expect(!svg.contains("nan") && !svg.contains("inf"))
  }

  @Test("equal numbers are one shade")
  func flat() throws {
    var map = map()
    map.values = [[2, 2, 2], [2, 2, 2]]
    let fills = parts(try map.svg(), "rect").compactMap { attribute("fill", of: $0) }
    #expect(fills.count == 2 + 16 && fills[0] == fills[1])
  }

  @Test("what cannot be drawn is refused by its place")
  func refused() throws {
    func problem(_ change: (inout FieldMap) -> Void) -> String {
      var map = map()
      map.title = "t"
      change(&map)
      do {
        _ = try map.svg()
        return "drawn"
      } catch { return "\(error)" }
    }
    #expect(problem { _ in } == "drawn")
    #expect(problem { $0.columns = [0, 0, 1] } == "map t: columns: expected two or more rising numbers")
    #expect(problem { $0.rows = [1] } == "map t: rows: expected two or more rising numbers")
    #expect(problem { $0.values.removeLast() } == "map t: 1 rows of numbers, expected 2")
    #expect(problem { $0.values[1].removeLast() } == "map t: row 1: 2 numbers, expected 3")
    #expect(
      problem { $0.values[0][2] = .nan } == "map t: row 0, column 2: expected a finite number, found nan")
    #expect(
      problem { $0.paths[1].y = [2.5] } == "map t: place, point 0: (1.0, 2.5) lies outside the map")
    #expect(problem { $0.shadeCount = 1 } == "map t: 1 shades, expected two at least")
    let folder = try TemporaryFolder()
    try map().write(to: folder.path + "/a.svg")
    #expect(try folder.names() == ["a.svg"])
  }
}
