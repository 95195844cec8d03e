extension LinePlot {
  /// Lays a plot out and draws it, back to front: grid, bands, lines, frame, words.
  struct Drawing {
    typealias Point = (x: Double, y: Double)
    typealias Box = LabelPlaces.Box

    static let legendSize = 12.5
    static let legendRow = 20.0
    static let tickSize = 12.0
    static let titleRow = 21.0
    static let axisTitleRow = 16.0

    let plot: LinePlot
    let styles: LineStyles
    let xAxis: PlotAxis
    let yAxis: PlotAxis
    let yTicks: [PlotAxis.Tick]
    let titleLines: [String]
    let xTitleLines: [String]
    let yTitleLines: [String]
    /// Where the names of lines stand on the plot; empty where they stand in the legend.
    var namePlaces: [Name] = []
    var legend: [[(entry: LegendEntry, x: Double)]] = []
    let left: Double
    let right: Double
    var top = 0.0
    var bottom = 0.0
    var places = LabelPlaces(among: [])
    /// The dashes of lines that run along others, by index.
    var overlaps: [Int: Int] = [:]
    var document = SVGDocument(width: 0, height: 0, title: "")

    init(_ plot: LinePlot) {
      self.plot = plot
      styles = LineStyles(plot)
      let (xValues, yValues) = (plot.xRange.map(Self.ends), plot.yRange.map(Self.ends))
      let x = plot.series.flatMap { $0.x + $0.failures }
      let y = Self.yValues(plot)
      xAxis = PlotAxis(
        values: xValues ?? x, scale: plot.xScale, margin: 0.02, isWhole: xValues == nil && Self.areWhole(x))
      yAxis = PlotAxis(
        values: yValues ?? y, scale: plot.yScale, margin: yValues == nil ? 0.05 : 0.02,
        isWhole: yValues == nil && Self.areWhole(y))
      right = Double(plot.width) - 24
      yTicks = yAxis.ticks(count: 6)
      let widest =
        yTicks.compactMap(\.label).map { SVGDocument.drawnWidth(of: $0, size: Self.tickSize) }.max() ?? 0
      yTitleLines = SVGDocument.wrapped(plot.yTitle, width: Double(plot.height) - 130, size: 13)
      left = 30 + Self.axisTitleRow * Double(max(1, yTitleLines.count)) + max(24, widest)
      titleLines = SVGDocument.wrapped(plot.title, width: right - left, size: 16.8)
      xTitleLines = SVGDocument.wrapped(plot.xTitle, width: right - left, size: 13)
      layOut()
      draw()
    }

    var content: String { document.content }

    private static func ends(_ range: ClosedRange<Double>) -> [Double] {
      [range.lowerBound, range.upperBound]
    }

    private static func areWhole(_ values: [Double]) -> Bool {
      values.allSatisfy { $0 == $0.rounded() }
    }

    /// Everything the y axis must show.
    ///
    /// On a logarithmic axis a band may reach zero and below; it then
    /// pulls the axis down to a quarter of the smallest value and is cut there.
    private static func yValues(_ plot: LinePlot) -> [Double] {
      let values = plot.series.flatMap(\.y) + plot.references.map(\.y)
      let floor = plot.yScale == .logarithmic ? (values.min() ?? 0) / 4 : -Double.infinity
      let bands = plot.series.flatMap { series in
        zip(series.y, series.spread).flatMap { y, spread in
          [Swift.max(plot.inBounds(y - spread), floor), plot.inBounds(y + spread)]
        }
      }
      return values + bands
    }

    /// The heights of all parts, from the title down: a long legend makes the drawing higher, not the plot lower.
    private mutating func layOut() {
      let titles = Double(titleLines.count) * Self.titleRow
      let below = 40 + Self.axisTitleRow * Double(max(1, xTitleLines.count))
      func place(legendRows: Int) {
        top = (titleLines.isEmpty ? 18 : titles + 25) + Double(legendRows) * Self.legendRow
        bottom =
          Double(plot.height) - below + Double(max(0, legendRows - 2)) * Self.legendRow
          + max(0, titles - Self.titleRow)
        places = LabelPlaces(among: obstacles)
      }
      if plot.namesLines {
        // The legend without the names has one row or none.
        legend = legendRows(withNames: false)
        place(legendRows: legend.count)
        if let found = freeNamePlaces() {
          namePlaces = found
          for name in found { places.take(name.box) }
        }
      }
      if namePlaces.isEmpty {
        legend = legendRows(withNames: true)
        place(legendRows: legend.count)
      }
      overlaps = overlappingLines()
      document = SVGDocument(
        width: plot.width, height: Int((bottom + below).rounded()), title: plot.title)
    }

    func point(_ x: Double, _ y: Double) -> Point {
      (left + xAxis.position(of: x) * (right - left), bottom - yAxis.position(of: y) * (bottom - top))
    }

    func points(of series: Series) -> [Point] { zip(series.x, series.y).map { point($0, $1) } }

    /// What words should not cover.
    private var obstacles: [[Point]] {
      plot.series.map(points) + plot.references.map { [point(xAxis.lower, $0.y), point(xAxis.upper, $0.y)] }
    }

    private mutating func draw() {
      drawYAxis()
      drawXAxis()
      for series in plot.series where !series.spread.isEmpty { drawBand(series) }
      for reference in plot.references { drawReference(reference) }
      for (index, series) in plot.series.enumerated() where !series.x.isEmpty { drawLine(series, index) }
      drawFailures()
      drawReferenceLabels()
      drawNames()
      drawTitles()
      drawLegend()
    }

    // MARK: Axes

    private mutating func drawYAxis() {
      var last: Double?
      for tick in yTicks {
        let y = point(xAxis.lower, tick.value).y
        guard let label = tick.label, abs((last ?? -100) - y) >= Self.tickSize else {
          document.line(from: (left - 3, y), to: (left, y), colour: PlotPalette.softInk, width: 0.8)
          continue
        }
        last = y
        document.line(from: (left, y), to: (right, y), colour: PlotPalette.grid, width: 1)
        document.line(from: (left - 5, y), to: (left, y), colour: PlotPalette.softInk, width: 1)
        document.text(
          Self.signed(label), at: (left - 9, y + 4), size: Self.tickSize, colour: PlotPalette.ink,
          anchor: .end)
      }
      document.line(from: (left, top), to: (left, bottom), colour: PlotPalette.softInk, width: 1)
    }

    private mutating func drawXAxis() {
      var boxes: [Box] = []
      for tick in xAxis.ticks(count: Swift.max(3, plot.width / 90)) {
        let x = point(tick.value, yAxis.lower).x
        let box = tick.label.map {
          Box(of: $0, at: (x, bottom + 19), size: Self.tickSize, anchor: .middle, extra: 6)
        }
        let isFree = box.map { box in !boxes.contains { $0.overlaps(box) } } ?? false
        document.line(
          from: (x, bottom), to: (x, bottom + (isFree ? 5 : 3)), colour: PlotPalette.softInk, width: 1)
        guard isFree, let label = tick.label, let box else { continue }
        boxes.append(box)
        document.text(
          Self.signed(label), at: (x, bottom + 19), size: Self.tickSize, colour: PlotPalette.ink,
          anchor: .middle)
      }
      document.line(from: (left, bottom), to: (right, bottom), colour: PlotPalette.softInk, width: 1)
    }

    /// A tick label with a true minus sign instead of a hyphen.
    private static func signed(_ label: String) -> String {
      label.hasPrefix("-") ? "−" + label.dropFirst() : label
    }

    private mutating func drawTitles() {
      for (row, line) in titleLines.enumerated() {
        let y = 27 + Double(row) * Self.titleRow
        document.text(line, at: (left, y), size: 16, colour: PlotPalette.ink, isBold: true)
      }
      for (row, line) in xTitleLines.enumerated() {
        let place = ((left + right) / 2, bottom + 42 + Double(row) * Self.axisTitleRow)
        document.text(line, at: place, size: 13, colour: PlotPalette.ink, anchor: .middle)
      }
      for (row, line) in yTitleLines.enumerated() {
        let place = (20 + Double(row) * Self.axisTitleRow, (top + bottom) / 2)
        document.text(line, at: place, size: 13, colour: PlotPalette.ink, anchor: .middle, isVertical: true)
      }
    }
  }

  /// A value, or the bound of the measure that lies nearest.
  func inBounds(_ value: Double) -> Double {
    guard let bounds else { return value }
    return Swift.min(Swift.max(value, bounds.lowerBound), bounds.upperBound)
  }
}
