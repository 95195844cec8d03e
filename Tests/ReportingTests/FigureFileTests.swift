import Foundation
import Reporting
import Testing

@Suite("figures kept as numbers") struct FigureFileTests {
  private func figures() throws -> [String: any Figure] {
    var line = LinePlot.Series(
      label: "a & b", x: [1, 10, 100], y: [1.0 / 3, 0.5, 1], spread: [0.1, 0.2, 0.3])
    (line.censored, line.failures) = ([2], [1000])
    var theory = LinePlot.Series(label: "theory", x: [1, 100], y: [0.2, 0.9], isReference: true)
    theory.partner = "a & b"
    var plot = LinePlot(title: "t", xTitle: "x", yTitle: "y", xScale: .logarithmic, series: [line, theory])
    (plot.bounds, plot.references) = (0...1, [.init(label: "chance", y: 0.25)])
    let cells = HeatMap(
      title: "cells", xTitle: "x", yTitle: "y", groups: ["g"], columns: ["c"], rows: ["r"],
      cells: [[.init(group: 0, label: "7")]])
    let field = FieldMap(
      title: "field", xTitle: "x", yTitle: "y", valueTitle: "energy", columns: [0, 1.0 / 3], rows: [0, 1],
      values: [[0, 2.0 / 3], [1, 2]], paths: [.init(label: "way", x: [0, 0.1], y: [0, 1])])
    let around = NeighbourhoodDrawing(
      title: "around", groups: ["g"], nodes: [.init(group: 0), .init(group: 0, label: "n")],
      edges: [.init(from: 0, to: 1, weight: 1.0 / 7)], centre: 0)
    var matrices = MatrixMap(
      title: "matrices", xTitle: "x", yTitle: "y", valueTitle: "v", columns: ["a", "b"], rows: ["c"],
      range: 0.001...1, scale: .logarithmic)
    try matrices.addMatrix("one", [1.0 / 3, 0.002])
    return [
      "lines.svg": plot, "cells.svg": cells, "field.svg": field, "around.svg": around,
      "matrices.svg": matrices,
    ]
  }

  @Test("figures read back draw the same bytes, and the file is the same every time")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    try FigureFile(figures()).write(toFolder: folder.path)
    #expect(
      try folder.names() == [
        "around.svg", "cells.svg", "field.svg", "figures.json", "lines.svg", "matrices.svg",
      ])
    let read = try FigureFile(readingFrom: folder.path + "/figures.json")
    for (name, text) in try read.drawings() { #expect(try folder.read(name) == text, "\(name)") }
    #expect(try read.json() == folder.read("figures.json"))
    #expect(try FigureFile(read.figures).json() == folder.read("figures.json"))
  }

  @Test("numbers have six significant digits, one line a figure")
  func digits() throws {
    let json = try FigureFile(figures()).json()
    #expect(json.contains("0.333333,") && !json.contains("0.3333333"))
    #expect(json.split(separator: "\n").count == 7)
    #expect(json.contains("\"x_scale\":\"logarithmic\"") && json.contains("\"bounds\":[0,1]"))
  }

  @Test("a file that holds no figures is refused by its name and field")
  func refusals() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/figures.json"
    func problem(_ text: String) throws -> String? {
      try folder.write(text, to: "figures.json")
      return message { _ = try FigureFile(readingFrom: path) }
    }
    #expect(try problem("{")?.hasPrefix("\(path): ") == true)
    #expect(
      try problem("{\"a.svg\":{\"kind\":\"cells\",\"figure\":{}}}")?.contains("title is missing") == true)
    #expect(
      try problem("{\"a.svg\":{\"kind\":\"pie\",\"figure\":{}}}")?.hasPrefix("\(path): field a.svg.kind")
        == true)
    let plot =
      "{\"kind\":\"lines\",\"figure\":{\"title\":\"\",\"x_title\":\"\",\"y_title\":\"\",\"series\":[]}}"
    #expect(
      try problem("{\"../a.svg\":\(plot)}")
        == "\(path): a figure named ../a.svg, expected the name of an SVG file")
  }

  @Test("one figure that cannot be drawn leaves no file at all")
  func nothingHalfWritten() throws {
    let folder = try TemporaryFolder()
    var figures = try figures()
    figures["bad.svg"] = LinePlot(title: "bad", xTitle: "", yTitle: "", series: [])
    #expect(
      message { try FigureFile(figures).write(toFolder: folder.path) }
        == "bad.svg: plot bad: no points to draw")
    #expect(try folder.names().isEmpty)
  }
}
