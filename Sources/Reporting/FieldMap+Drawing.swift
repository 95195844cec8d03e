extension FieldMap {
  /// Lays a map out and draws it: shades, paths, axes, the scale of shades, words.
  struct Drawing {
    private typealias Point = (x: Double, y: Double)

    private static let ink = PlotPalette.ink
    private static let softInk = PlotPalette.softInk
    private static let legendRow = 20.0
    /// The longer side of the map in pixels.
    private static let side = 440.0
    /// Colours of paths: those of lines without the blues, which are the shades'.
    private static let colours = PlotPalette.colours.filter { !["#0072b2", "#56b4e9"].contains($0) }
    /// Red, green and blue of the shades, from the lowest on.
    private static let stops: [[Double]] = [
      [255, 255, 255], [222, 235, 247], [158, 202, 225], [66, 146, 198], [8, 81, 156],
    ]

    private let map: FieldMap
    private let labels: [String]
    private let titleLines: [String]
    private let legendTop: Double
    private let xAxis: PlotAxis, yAxis: PlotAxis, valueAxis: PlotAxis
    private let left: Double, right: Double, top: Double, bottom: Double
    private var document: SVGDocument

    init(_ map: FieldMap) {
      self.map = map
      labels = map.labels
      let (width, height) = (FieldMap.extent(map.columns), FieldMap.extent(map.rows))
      xAxis = PlotAxis(values: [width.lowerBound, width.upperBound], scale: .linear, margin: 0)
      yAxis = PlotAxis(values: [height.lowerBound, height.upperBound], scale: .linear, margin: 0)
      valueAxis = PlotAxis(values: map.values.flatMap { $0 }, scale: .linear, margin: 0)
      let (across, up) = (width.upperBound - width.lowerBound, height.upperBound - height.lowerBound)
      let scale = Self.side / Swift.max(across, up)
      let start = 70 + Self.widest(yAxis)
      left = start
      right = left + scale * across
      titleLines = SVGDocument.wrapped(map.title, width: right - left, size: 16.8)
      legendTop = titleLines.isEmpty ? 16 : 25 + 21 * Double(titleLines.count)
      top = legendTop + (titleLines.isEmpty ? 2 : 0) + Double(labels.count) * Self.legendRow
      bottom = top + scale * up
      let end = right + 18 + 16 + 9 + Self.widest(valueAxis) + 34
      let words =
        titleLines.map { start + SVGDocument.width(of: $0, size: 16.8) + 16 }
        + labels.map { start + 50 + SVGDocument.width(of: $0, size: 12.5) }
      document = SVGDocument(
        width: Int(Swift.max(end, words.max() ?? 0).rounded(.up)), height: Int((bottom + 56).rounded(.up)),
        title: map.title)
      draw()
    }

    var content: String { document.content }

    private static func widest(_ axis: PlotAxis) -> Double {
      axis.ticks(count: 5).compactMap(\.label).map { SVGDocument.width(of: $0, size: 12) }.max() ?? 0
    }

    private func point(_ x: Double, _ y: Double) -> Point {
      (left + xAxis.position(of: x) * (right - left), bottom - yAxis.position(of: y) * (bottom - top))
    }

    private mutating func draw() {
      // Shades stand for numbers, and paths are told apart on them: both keep their colours on a dark page.
      document.beginFixedColours()
      drawShades()
      for path in map.paths { draw(path) }
      document.endFixedColours()
      drawAxes()
      drawScale()
      drawWords()
    }

    private func shade(of value: Double) -> Int {
      Swift.min(Int(valueAxis.position(of: value) * Double(map.shadeCount)), map.shadeCount - 1)
    }

    private func colour(ofShade shade: Int) -> String {
      let share = Double(shade) / Double(map.shadeCount - 1)
      let parts = PlotPalette.mixed(Self.stops, at: share).map { level in
        let text = String(level, radix: 16)
        return text.count < 2 ? "0" + text : text
      }
      return "#" + parts.joined()
    }

    /// Neighbours of one shade in a row are one rectangle; a little overlap leaves no gaps between them.
    private mutating func drawShades() {
      let (xEdges, yEdges) = (FieldMap.edges(map.columns), FieldMap.edges(map.rows))
      for (row, values) in map.values.enumerated() {
        let shades = values.map(shade)
        var start = 0
        for column in 1...shades.count where column == shades.count || shades[column] != shades[start] {
          let (corner, opposite) = (
            point(xEdges[start], yEdges[row + 1]), point(xEdges[column], yEdges[row])
          )
          document.rectangle(
            at: corner, width: opposite.x - corner.x + 0.4, height: opposite.y - corner.y + 0.4,
            fill: colour(ofShade: shades[start]))
          start = column
        }
      }
    }

    private func colour(of label: String) -> String {
      Self.colours[(labels.firstIndex(of: label) ?? 0) % Self.colours.count]
    }

    private mutating func draw(_ path: Path) {
      let points = zip(path.x, path.y).map { point($0, $1) }
      let (colour, last) = (colour(of: path.label), points.count - 1)
      if points.count > 1 {
        document.polyline(points, colour: "#ffffff", width: 3.2)
        document.polyline(points, colour: colour, width: 1.6)
        document.circle(at: points[0], radius: 3, fill: "#ffffff", stroke: colour, width: 1.4)
      }
      document.dot(at: points[last], radius: 3.6, colour: colour)
    }

    private mutating func drawAxes() {
      for tick in xAxis.ticks(count: 5) {
        let x = point(tick.value, yAxis.lower).x
        document.line(from: (x, bottom), to: (x, bottom + 5), colour: Self.softInk, width: 1)
        document.text(
          tick.label ?? "", at: (x, bottom + 19), size: 12, colour: Self.ink, anchor: .middle)
      }
      for tick in yAxis.ticks(count: 5) {
        let y = point(xAxis.lower, tick.value).y
        document.line(from: (left - 5, y), to: (left, y), colour: Self.softInk, width: 1)
        document.text(tick.label ?? "", at: (left - 9, y + 4), size: 12, colour: Self.ink, anchor: .end)
      }
      document.polyline(
        [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], colour: Self.softInk,
        width: 1)
    }

    /// A bar of the shades beside the map, with the numbers that they stand for.
    private mutating func drawScale() {
      let (x, step) = (right + 18, (bottom - top) / Double(map.shadeCount))
      document.beginFixedColours()
      for shade in 0..<map.shadeCount {
        document.rectangle(
          at: (x, bottom - Double(shade + 1) * step), width: 16, height: step + 0.4,
          fill: colour(ofShade: shade))
      }
      document.endFixedColours()
      for tick in valueAxis.ticks(count: 5) {
        let y = bottom - valueAxis.position(of: tick.value) * (bottom - top)
        document.line(from: (x + 16, y), to: (x + 21, y), colour: Self.softInk, width: 1)
        document.text(tick.label ?? "", at: (x + 25, y + 4), size: 12, colour: Self.ink)
      }
      document.text(
        map.valueTitle, at: (x + 25 + Self.widest(valueAxis) + 18, (top + bottom) / 2), size: 13,
        colour: Self.ink, anchor: .middle, isVertical: true)
    }

    private mutating func drawWords() {
      for (row, line) in titleLines.enumerated() {
        document.text(line, at: (left, 27 + 21 * Double(row)), size: 16, colour: Self.ink, isBold: true)
      }
      document.beginFixedColours()
      for (index, label) in labels.enumerated() {
        let y = legendTop + Double(index) * Self.legendRow
        if map.paths.contains(where: { $0.label == label && $0.x.count > 1 }) {
          document.line(from: (left, y), to: (left + 26, y), colour: colour(of: label), width: 1.6)
        }
        document.dot(at: (left + 26, y), radius: 3.6, colour: colour(of: label))
      }
      document.endFixedColours()
      for (index, label) in labels.enumerated() {
        document.text(
          label, at: (left + 36, legendTop + Double(index) * Self.legendRow + 4.5), size: 12.5,
          colour: Self.ink)
      }
      document.text(
        map.xTitle, at: ((left + right) / 2, bottom + 42), size: 13, colour: Self.ink, anchor: .middle)
      document.text(
        map.yTitle, at: (20, (top + bottom) / 2), size: 13, colour: Self.ink, anchor: .middle,
        isVertical: true)
    }
  }
}
