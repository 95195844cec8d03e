import Foundation
import Foundations
import Reporting
import Testing

struct LinePlotTests {
  private func plot() -> LinePlot {
    LinePlot(
      title: "Error <of> \"a\" & b", xTitle: "updates", yTitle: "error",
      series: [
        .init(label: "first", x: [0, 10, 30], y: [1, 0.1, 0.01], spread: [0.5, 0.2, 0.005]),
        .init(label: "second", x: (0...100).map(Double.init), y: (0...100).map { 1 / Double(1 + $0) }),
      ])
  }

  /// The coordinates of every polyline, in order.
  private func polylines(_ svg: String) -> [[(x: Double, y: Double)]] {
    svg.components(separatedBy: "<polyline points=\"").dropFirst().map { part in
      part.prefix { $0 != "\"" }.split(separator: " ").map { pair in
        let numbers = pair.split(separator: ",").compactMap { Double($0) }
        return (numbers[0], numbers[1])
      }
    }
  }

  @Test("Every point is drawn where its axis puts it", arguments: [PlotScale.linear, .logarithmic])
  func points(scale: PlotScale) throws {
    var plot = plot()
    plot.yScale = scale
    let lines = polylines(try plot.svg())
    #expect(lines.map(\.count) == [3, 101])
    func measured(_ y: Double) -> Double { scale == .linear ? y : log(y) }
    // Both series share the axes: one straight map must carry every value to its height.
    let (a, b) = (lines[1][0], lines[1][100])
    for (series, line) in zip(plot.series, lines) {
      for (index, point) in line.enumerated() {
        let x = a.x + series.x[index] / 100 * (b.x - a.x)
        let share = (measured(series.y[index]) - measured(1)) / (measured(1.0 / 101) - measured(1))
        #expect(abs(point.x - x) < 0.02 && abs(point.y - (a.y + share * (b.y - a.y))) < 0.02)
      }
    }
    #expect(b.y > a.y, "smaller values stand lower")
  }

  @Test("A tick stands where a point of its value stands", arguments: [PlotScale.linear, .logarithmic])
  func tickPlaces(scale: PlotScale) throws {
    let values = [0.1, 0.2, 0.5, 1, 2, 5, 10]
    var plot = LinePlot(title: "", xTitle: "", yTitle: "", series: [.init(label: "", x: values, y: values)])
    plot.xScale = scale
    plot.yScale = scale
    let svg = try plot.svg()
    // Labels of the y axis end at their tick, those of the x axis are centred below theirs.
    var found = 0
    for element in svg.components(separatedBy: "<text ").dropFirst() {
      guard let value = labelledValue(element), let index = values.firstIndex(of: value) else { continue }
      let point = polylines(svg)[0][index]
      let isVertical = element.contains("text-anchor=\"end\"")
      let place = try #require(number(isVertical ? "y" : "x", in: element))
      #expect(abs(isVertical ? place - 4 - point.y : place - point.x) < 0.02)
      found += 1
    }
    #expect(found >= 4)
    let frame = svg.components(separatedBy: "<line ").dropFirst().compactMap { number("y1", in: $0) }
    #expect(
      polylines(svg)[0].allSatisfy { $0.y > (frame.min() ?? 0) && $0.y < (frame.max() ?? 0) },
      "inside the frame")
  }

  /// The number a text element shows: "0.5", or 10 with a raised exponent.
  private func labelledValue(_ element: String) -> Double? {
    let pieces = element.split(separator: ">").dropFirst().map { $0.prefix { $0 != "<" } }
    guard let first = pieces.first else { return nil }
    guard element.contains("<tspan"), pieces.count > 1 else { return Double(first) }
    return Double("1e" + pieces[1].replacingOccurrences(of: "−", with: "-"))
  }

  private func number(_ name: String, in element: String) -> Double? {
    guard let start = element.range(of: "\(name)=\"") else { return nil }
    return Double(element[start.upperBound...].prefix { $0 != "\"" })
  }

  @Test("The band has both edges; short series show dots; the words are there")
  func parts() throws {
    let svg = try plot().svg()
    let band = svg.components(separatedBy: "<polygon points=\"")[1].prefix { $0 != "\"" }
    #expect(band.split(separator: " ").count == 6)
    #expect(svg.components(separatedBy: "<circle").count - 1 == 3 + 1)
    #expect(svg.contains(">Error &lt;of&gt; &quot;a&quot; &amp; b</text>"))
    for word in ["first", "second", "updates", "error"] { #expect(svg.contains(">\(word)</text>")) }
    #expect(svg.contains("width=\"640\" height=\"400\"") && !svg.contains("<rect"), "no ground of its own")
  }

  @Test("The drawing is well-formed XML and the same every time")
  func deterministic() throws {
    var plot = plot()
    plot.references = [.init(label: "baseline", y: 0.3)]
    plot.yScale = .logarithmic
    let svg = try plot.svg()
    #expect(try plot.svg() == svg)
    // Well-formed: every opened element is closed, in order.
    var open: [Substring] = []
    for tag in svg.split(separator: "<").map({ $0.prefix { $0 != ">" } }) where !tag.isEmpty {
      if tag.hasPrefix("/") {
        #expect(open.popLast() == tag.dropFirst())
      } else if !tag.hasSuffix("/") {
        open.append(tag.prefix { $0 != " " })
      }
    }
    #expect(open.isEmpty)
    #expect(!svg.contains("nan") && !svg.contains("inf\""))
  }

  @Test("What cannot be drawn is refused by series and point")
  func refusals() throws {
    var plot = plot()
    plot.title = "t"
    plot.series[1].y[4] = .nan
    #expect(
      message { _ = try plot.svg() }
        == "plot t: y of second, point 4: expected a finite number, found nan")
    plot.series[1].y[4] = 0
    #expect(try plot.svg().isEmpty == false)
    plot.yScale = .logarithmic
    #expect(
      message { _ = try plot.svg() }
        == "plot t: y of second, point 4: a logarithmic axis needs values above 0, found 0.0")
    plot.series = []
    let folder = try TemporaryFolder()
    #expect(
      message { try plot.write(to: folder.path + "/a.svg") }
        == "\(folder.path)/a.svg: plot t: no points to draw")
    #expect(try folder.names().isEmpty)
  }

  @Test("One point, equal values and huge ranges can be drawn")
  func edges() throws {
    for values in [[3.0], [0, 0, 0], [5, 5], [-1e300, 1e300], [1e-12, 2e-12]] {
      let x = values.indices.map(Double.init)
      let plot = LinePlot(title: "", xTitle: "", yTitle: "", series: [.init(label: "", x: x, y: values)])
      let svg = try plot.svg()
      #expect(polylines(svg).map(\.count) == [values.count])
      #expect(!svg.contains("nan"))
    }
  }

  @Test("Ticks stand at numbers a person would choose")
  func ticks() {
    func labels(_ values: [Double], _ scale: PlotScale, margin: Double = 0) -> [String] {
      PlotAxis(values: values, scale: scale, margin: margin).ticks(count: 6).compactMap(\.label)
    }
    #expect(labels([0, 1], .linear) == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(labels([-30, 25], .linear) == ["-30", "-20", "-10", "0", "10", "20"])
    #expect(labels([0, 60000], .linear).last == "60,000")
    #expect(labels([0.001, 1], .logarithmic) == ["0.001", "0.01", "0.1", "1"])
    #expect(labels([0.02, 0.07], .logarithmic) == ["0.02", "0.03", "0.04", "0.05", "0.06", "0.07"])
    #expect(
      labels([1e-12, 1], .logarithmic) == ["1e-12", "1e-10", "1e-8", "1e-6", "1e-4", "1e-2", "1e0"])
    let axis = PlotAxis(values: [0.02, 0.07], scale: .logarithmic, margin: 0.1)
    #expect(abs(axis.position(of: (axis.lower * axis.upper).squareRoot()) - 0.5) < 1e-12)
    #expect(axis.position(of: 1e-9) == 0 && axis.position(of: 5) == 1)
  }
}
