import Foundation
import Reporting
import Testing

/// One test for each kind of defect that readers found in plots.
struct PlotDefectTests {
  /// Words of a drawing with the space that they take, a letter being about half as wide as its size.
  private struct Words {
    let text: String
    let left: Double, right: Double, top: Double, bottom: Double

    init(_ text: String, x: Double, y: Double, size: Double, anchor: String) {
      let width = 0.5 * size * Double(text.count)
      self.text = text
      left = anchor == "start" ? x : anchor == "end" ? x - width : x - width / 2
      (right, top, bottom) = (left + width, y - 0.75 * size, y + 0.2 * size)
    }

    func overlaps(_ other: Words) -> Bool {
      left < other.right && other.left < right && top < other.bottom && other.top < bottom
    }

    func contains(x: Double, y: Double) -> Bool { (left...right).contains(x) && (top...bottom).contains(y) }
  }

  private func plot(_ series: [LinePlot.Series], _ change: (inout LinePlot) -> Void = { _ in }) -> LinePlot {
    var plot = LinePlot(title: "A plot", xTitle: "steps", yTitle: "error", series: series)
    change(&plot)
    return plot
  }

  private func elements(_ name: String, in svg: String) -> [String] {
    svg.components(separatedBy: "<\(name) ").dropFirst().map { part in
      String(part.prefix(upTo: part.range(of: name == "text" ? "</text>" : ">")?.lowerBound ?? part.endIndex))
    }
  }

  private func attribute(_ name: String, of element: String) -> String? {
    (" " + element).components(separatedBy: " \(name)=\"").dropFirst().first.map {
      String($0.prefix { $0 != "\"" })
    }
  }

  private func number(_ name: String, of element: String) -> Double? {
    attribute(name, of: element).flatMap(Double.init)
  }

  private func text(_ element: String) -> String {
    element.split(separator: ">", maxSplits: 1).last.map(String.init) ?? ""
  }

  /// Every horizontal word of a drawing with the space that it takes.
  private func allWords(_ svg: String) -> [Words] {
    elements("text", in: svg).filter { !$0.contains("rotate(") }.compactMap { element in
      guard let x = number("x", of: element), let y = number("y", of: element),
        let size = number("font-size", of: element), let anchor = attribute("text-anchor", of: element)
      else { return nil }
      return Words(text(element), x: x, y: y, size: size, anchor: anchor)
    }
  }

  /// The labels of the ticks of the x axis.
  private func xLabels(_ svg: String) -> [String] {
    elements("text", in: svg).filter {
      $0.contains("font-size=\"12\"") && $0.contains("text-anchor=\"middle\"")
    }.map(text)
  }

  @Test(
    "an axis of whole numbers has ticks at whole numbers only",
    arguments: [[0, 1, 2], [0, 1, 2, 3, 4], [1, 2], [3], [0, 12]])
  func wholeTicks(steps: [Double]) throws {
    let svg = try plot([.init(label: "a", x: steps, y: steps.map { 0.1 + $0 / 10 })]).svg()
    let labels = xLabels(svg)
    #expect(!labels.isEmpty && labels.allSatisfy { Int($0.replacingOccurrences(of: "−", with: "-")) != nil })
    for step in steps where steps.count > 2 { #expect(labels.contains("\(Int(step))")) }
  }

  @Test("ticks of a logarithmic axis are numbers that people read, two of them at least")
  func logarithmicTicks() {
    func labels(_ values: [Double]) -> [String] {
      PlotAxis(values: values, scale: .logarithmic, margin: 0).ticks(count: 6).compactMap(\.label)
    }
    #expect(labels([1, 256]) == ["1", "2", "5", "10", "20", "50", "100", "200"])
    #expect(labels([9, 200]) == ["10", "20", "50", "100", "200"])
    #expect(labels([20, 5000]) == ["20", "50", "100", "200", "500", "1000", "2000", "5000"])
    #expect(labels([1, 1e5]) == ["1", "10", "100", "1000", "10,000", "100,000"])
    #expect(labels([0.3, 1.8]) == ["0.4", "0.6", "0.8", "1.0", "1.2", "1.4", "1.6", "1.8"])
    #expect(labels([1e-8, 3e-7]) == ["1e-8", "2e-8", "5e-8", "1e-7", "2e-7"])
    for exponent in -12...9 {
      for factor in [1.5, 3, 9, 40, 700, 3e4, 1e9] {
        let low = 1.3 * pow(10, Double(exponent))
        #expect(labels([low, factor * low]).count >= 2, "\(low) to \(factor * low)")
      }
    }
  }

  @Test("a power of ten with a factor is written as people write it")
  func powers() throws {
    let svg = try plot([.init(label: "", x: [1, 2], y: [1e-8, 3e-7])]) { $0.yScale = .logarithmic }.svg()
    #expect(svg.contains(">2·10<tspan dy=\"-4\" font-size=\"75%\">−8</tspan></text>"))
  }

  @Test("a band ends where the measure does, and so does the axis")
  func bounds() throws {
    let series = LinePlot.Series(label: "accuracy", x: [1, 2], y: [0.9, 0.95], spread: [0.2, 0.1])
    let free = try plot([series]).svg()
    let bounded = try plot([series]) { $0.bounds = 0...1 }.svg()
    func labels(_ svg: String) -> [Double] {
      elements("text", in: svg).filter { $0.contains("text-anchor=\"end\"") }.compactMap { Double(text($0)) }
    }
    #expect(labels(free).contains { $0 > 1 } && labels(bounded).allSatisfy { $0 <= 1 })
    let band = attribute("points", of: elements("polygon", in: bounded)[0])?.split(separator: " ") ?? []
    let heights = band.compactMap { $0.split(separator: ",").last.flatMap { Double($0) } }
    let tick = try #require(
      elements("text", in: bounded).first { $0.contains("text-anchor=\"end\"") && text($0) == "1.00" })
    // Both upper edges are cut at 1, whose label stands 4 pixels lower than its tick.
    let top = (number("y", of: tick) ?? 0) - 4
    #expect(heights.count == 4 && abs(heights[0] - top) < 0.02 && abs(heights[1] - top) < 0.02)
    let outside = plot([.init(label: "bad", x: [1], y: [1.5])]) { $0.bounds = 0...1 }
    #expect(
      message { _ = try outside.svg() }
        == "plot A plot: y of bad, point 0: 1.5 lies outside the axis, 0.0...1.0")
  }

  @Test("what stands in the legend stands there once, lines of a label share a colour")
  func legend() throws {
    var series = (1...3).flatMap { index -> [LinePlot.Series] in
      let start = Double(index)
      var theory = LinePlot.Series(
        label: "theory", x: [start, start + 1], y: [start, 2], isReference: true)
      theory.partner = "d = \(index)"
      return [.init(label: "d = \(index)", x: [start, start + 1], y: [start, start + 0.5]), theory]
    }
    series.append(.init(label: "d = 1", x: [5, 6], y: [1, 2]))
    let svg = try plot(series).svg()
    for label in ["theory", "d = 1", "d = 2", "d = 3"] {
      #expect(svg.components(separatedBy: ">\(label)</text>").count == 2, "\(label)")
    }
    let colours = elements("polyline", in: svg).compactMap { attribute("stroke", of: $0) }
    #expect(colours.count == 7 && Set(colours).count == 3)
    for pair in [0, 2, 4] { #expect(colours[pair] == colours[pair + 1]) }
    #expect(colours[6] == colours[0])
  }

  @Test("a line that runs along another is dashed, lines apart are not")
  func hidden() throws {
    let x = (0...20).map(Double.init)
    let along = try plot([
      .init(label: "a", x: x, y: x), .init(label: "b", x: x, y: x.map { $0 < 10 ? $0 : 20 - $0 }),
      .init(label: "c", x: x, y: x.map { 40 + $0 }),
    ]).svg()
    let dashes = elements("polyline", in: along).map { attribute("stroke-dasharray", of: $0) }
    #expect(dashes.count == 3 && dashes[0] == nil && dashes[1] != nil && dashes[2] == nil)
    // Markers differ as well: circles, squares and triangles.
    #expect(elements("circle", in: along).count == 21 + 1)
    #expect(elements("polygon", in: along).count == 2 * (21 + 1))
  }

  @Test("where a measurement ended the marker is hollow, points upwards and joins no line of such points")
  func censored() throws {
    var series = LinePlot.Series(label: "capacity", x: [32, 64, 128, 256], y: [100, 1000, 500, 250])
    series.censored = [1, 2, 3]
    let svg = try plot([series]) { ($0.xScale, $0.yScale) = (.logarithmic, .logarithmic) }.svg()
    let circles = elements("circle", in: svg)
    // One measured, three censored, one sample of each in the legend.
    #expect(circles.count == 6 && circles.count { attribute("fill", of: $0) == "#ffffff" } == 4)
    #expect(svg.contains(">at least: the measurement ended here</text>"))
    let lines = elements("polyline", in: svg).map { attribute("points", of: $0)?.split(separator: " ").count }
    #expect(lines == [2], "from the measured point to the first bound")
    series.censored = [4]
    #expect(
      message { _ = try plot([series]).svg() }
        == "plot A plot: censored points of capacity: no point 4 of 4")
  }

  @Test("what failed has a cross at the foot of the plot and in the legend")
  func failures() throws {
    var series = LinePlot.Series(label: "a", x: [1, 2], y: [3, 4])
    let crossless = elements("line", in: try plot([series]).svg()).count { $0.contains("stroke-width=\"2\"") }
    series.failures = [3, 4]
    let svg = try plot([series]) { $0.failureLabel = "diverged" }.svg()
    #expect(svg.contains(">diverged</text>") && xLabels(svg).contains("4"))
    let strokes = elements("line", in: svg).count { $0.contains("stroke-width=\"2\"") }
    #expect(strokes == crossless + 2 * 3)
  }

  @Test("no two words of a plot overlap, and none leaves it", arguments: [false, true])
  func apart(namesLines: Bool) throws {
    let dimensions = [32, 64, 128, 256, 512]
    let series = dimensions.map { d in
      LinePlot.Series(
        label: "d = \(d)", x: [1, Double(d) / 4, Double(d)], y: [0, 0.02, 0.25 + Double(d % 3) / 50])
    }
    let svg = try plot(series) {
      $0.title = "A title of so many words that a line of a plot cannot hold all of them at any size"
      $0.yTitle = "the share of the numbers that are wrong after the retrieval came to its rest"
      $0.xScale = .logarithmic
      $0.namesLines = namesLines
      $0.references = [.init(label: "chance", y: 0.2), .init(label: "what others reached", y: 0.21)]
    }.svg()
    let words = allWords(svg)
    let (width, height) = (640.0, try #require(number("height", of: elements("svg", in: svg)[0])))
    for (index, word) in words.enumerated() {
      for other in words[..<index] {
        #expect(!word.overlaps(other), "\(word.text) and \(other.text)")
      }
      #expect(word.left >= 0 && word.right <= width, "\(word.text)")
      #expect(word.top >= 0 && word.bottom <= height, "\(word.text)")
    }
    for d in dimensions { #expect(words.count { $0.text == "d = \(d)" } == 1) }
    #expect(
      words.contains { $0.text.hasPrefix("A title of") } && words.contains { $0.text.hasSuffix("any size") })
  }

  @Test("the label of a value to compare with stands where no line runs")
  func references() throws {
    let x = (0...100).map { Double($0) / 10 }
    // It swings around the value at the right end and lies far below it before.
    let line = LinePlot.Series(label: "a", x: x, y: x.map { $0 > 6 ? 5 + 0.4 * sin(4 * $0) : 2 })
    let svg = try plot([line]) { $0.references = [.init(label: "chance", y: 5)] }.svg()
    let label = try #require(allWords(svg).first { $0.text == "chance" })
    let points = (attribute("points", of: elements("polyline", in: svg)[0]) ?? "").split(separator: " ").map {
      let pair = $0.split(separator: ",").compactMap { Double($0) }
      return (x: pair[0], y: pair[1])
    }
    for (start, end) in zip(points, points.dropFirst()) {
      for share in stride(from: 0, through: 1, by: 0.125) {
        let (x, y) = (start.x + share * (end.x - start.x), start.y + share * (end.y - start.y))
        #expect(!label.contains(x: x, y: y))
      }
    }
  }

  @Test("a drawing has no ground of its own, and colours for dark pages")
  func dark() throws {
    let svg = try plot([.init(label: "a", x: [1, 2], y: [3, 4])]).svg()
    #expect(!svg.contains("<rect"))
    #expect(svg.contains("@media(prefers-color-scheme:dark)") && svg.contains("[fill=\"#222222\"]"))
    let used = Set(
      svg.components(separatedBy: "=\"#").dropFirst().map { "#" + $0.prefix { $0 != "\"" } })
    #expect(used.contains("#0072b2") && !used.contains("#d55e00"), "rules for the colours in it")
  }
}
