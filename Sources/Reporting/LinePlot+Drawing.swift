extension LinePlot {
  /// Lays a plot out and draws it, back to front: grid, bands, lines, frame, words.
  struct Drawing {
    private typealias Point = (x: Double, y: Double)

    /// The second and further rounds of colours are dashed.
    private static let dashes: [String?] = [nil, "7 4", "2 4"]
    private static let ink = "#222222"
    private static let softInk = "#555555"
    private static let grid = "#e8e8e8"
    private static let legendSize = 12.5
    private static let legendRow = 20.0

    private let plot: LinePlot
    private let xAxis: PlotAxis
    private let yAxis: PlotAxis
    private let yTicks: [PlotAxis.Tick]
    private let legendRows: [[(index: Int, x: Double)]]
    private let left: Double
    private let right: Double
    private let top: Double
    private let bottom: Double
    private var document: SVGDocument

    init(_ plot: LinePlot) {
      self.plot = plot
      let (xValues, yValues) = (plot.xRange.map(Self.ends), plot.yRange.map(Self.ends))
      xAxis = PlotAxis(values: xValues ?? plot.series.flatMap(\.x), scale: plot.xScale, margin: 0.02)
      yAxis = PlotAxis(
        values: yValues ?? Self.yValues(plot), scale: plot.yScale, margin: yValues == nil ? 0.05 : 0.02)
      bottom = Double(plot.height) - 56
      right = Double(plot.width) - 24
      yTicks = yAxis.ticks(count: 6)
      let widest = yTicks.compactMap(\.label).map { SVGDocument.width(of: $0, size: 12) }.max() ?? 0
      left = 46 + max(24, widest)
      legendRows = Self.legendRows(plot, left: left, right: right)
      top = (plot.title.isEmpty ? 18 : 46) + Double(legendRows.count) * Self.legendRow
      document = SVGDocument(width: plot.width, height: plot.height, title: plot.title)
      draw()
    }

    var content: String { document.content }

    private static func ends(_ range: ClosedRange<Double>) -> [Double] {
      [range.lowerBound, range.upperBound]
    }

    /// Everything the y axis must show.
    ///
    /// On a logarithmic axis a band may reach zero and below; it then
    /// pulls the axis down to a quarter of the smallest value and is cut there.
    private static func yValues(_ plot: LinePlot) -> [Double] {
      let values = plot.series.flatMap(\.y) + plot.references.map(\.y)
      let floor = plot.yScale == .logarithmic ? (values.min() ?? 0) / 4 : -Double.infinity
      let bands = plot.series.flatMap { series in
        zip(series.y, series.spread).flatMap { [Swift.max($0 - $1, floor), $0 + $1] }
      }
      return values + bands
    }

    /// The legend above the plot, broken into rows where it is wider than the plot.
    private static func legendRows(_ plot: LinePlot, left: Double, right: Double) -> [[(
      index: Int, x: Double
    )]] {
      guard plot.series.count > 1 || plot.series.contains(where: { !$0.label.isEmpty }) else { return [] }
      var rows: [[(index: Int, x: Double)]] = [[]]
      var x = left
      for (index, series) in plot.series.enumerated() {
        let width = 34 + SVGDocument.width(of: series.label, size: legendSize)
        if x + width > right, !rows[rows.count - 1].isEmpty {
          rows.append([])
          x = left
        }
        rows[rows.count - 1].append((index, x))
        x += width + 18
      }
      return rows
    }

    private func point(_ x: Double, _ y: Double) -> Point {
      (left + xAxis.position(of: x) * (right - left), bottom - yAxis.position(of: y) * (bottom - top))
    }

    private mutating func draw() {
      drawYAxis()
      drawXAxis()
      for (index, series) in plot.series.enumerated() where !series.spread.isEmpty { drawBand(series, index) }
      for reference in plot.references { drawReference(reference) }
      for (index, series) in plot.series.enumerated() where !series.x.isEmpty { drawLine(series, index) }
      drawReferenceLabels()
      drawWords()
    }

    private mutating func drawYAxis() {
      for tick in yTicks {
        let y = point(xAxis.lower, tick.value).y
        guard let label = tick.label else {
          document.line(from: (left - 3, y), to: (left, y), colour: Self.softInk, width: 0.8)
          continue
        }
        document.line(from: (left, y), to: (right, y), colour: Self.grid, width: 1)
        document.line(from: (left - 5, y), to: (left, y), colour: Self.softInk, width: 1)
        document.text(Self.signed(label), at: (left - 9, y + 4), size: 12, colour: Self.ink, anchor: .end)
      }
      document.line(from: (left, top), to: (left, bottom), colour: Self.softInk, width: 1)
    }

    private mutating func drawXAxis() {
      for tick in xAxis.ticks(count: Swift.max(3, plot.width / 90)) {
        let x = point(tick.value, yAxis.lower).x
        let length = tick.label == nil ? 3.0 : 5.0
        document.line(from: (x, bottom), to: (x, bottom + length), colour: Self.softInk, width: 1)
        guard let label = tick.label else { continue }
        document.text(Self.signed(label), at: (x, bottom + 19), size: 12, colour: Self.ink, anchor: .middle)
      }
      document.line(from: (left, bottom), to: (right, bottom), colour: Self.softInk, width: 1)
    }

    private mutating func drawBand(_ series: Series, _ index: Int) {
      let points = series.x.indices
      let upper = points.map { point(series.x[$0], series.y[$0] + series.spread[$0]) }
      let lower = points.map { point(series.x[$0], series.y[$0] - series.spread[$0]) }
      document.area(upper + lower.reversed(), colour: colour(index))
    }

    private mutating func drawLine(_ series: Series, _ index: Int) {
      let points = zip(series.x, series.y).map { point($0, $1) }
      document.polyline(points, colour: colour(index), width: lineWidth(index), dashes: dashes(index))
      guard hasDots(index) else { return }
      for point in points { document.dot(at: point, radius: 3.2, colour: colour(index)) }
    }

    private mutating func drawReference(_ reference: Reference) {
      let y = point(xAxis.lower, reference.y).y
      document.line(from: (left, y), to: (right, y), colour: Self.softInk, width: 1.2, dashes: "5 4")
    }

    /// Words sit just above their line at the right end, or below it when the line above is too near.
    private mutating func drawReferenceLabels() {
      let heights = plot.references.map { point(xAxis.lower, $0.y).y }
      for (reference, y) in zip(plot.references, heights) {
        let isCrowded = heights.contains { $0 < y && y - $0 < 17 } || y - top < 14
        let baseline = isCrowded ? y + 14 : y - 5
        document.text(
          reference.label, at: (right - 4, baseline), size: 12, colour: Self.softInk, anchor: .end,
          hasHalo: true)
      }
    }

    private mutating func drawWords() {
      if !plot.title.isEmpty {
        document.text(plot.title, at: (left, 27), size: 16, colour: Self.ink, isBold: true)
      }
      for (row, entries) in legendRows.enumerated() {
        let y = (plot.title.isEmpty ? 16 : 46) + Double(row) * Self.legendRow
        for (index, x) in entries { drawLegendEntry(index, x: x, y: y) }
      }
      let middle = ((left + right) / 2, Double(plot.height) - 14)
      document.text(plot.xTitle, at: middle, size: 13, colour: Self.ink, anchor: .middle)
      document.text(
        plot.yTitle, at: (20, (top + bottom) / 2), size: 13, colour: Self.ink, anchor: .middle,
        isVertical: true)
    }

    private mutating func drawLegendEntry(_ index: Int, x: Double, y: Double) {
      let series = plot.series[index]
      if !series.spread.isEmpty {
        document.area([(x, y - 6), (x + 26, y - 6), (x + 26, y + 6), (x, y + 6)], colour: colour(index))
      }
      document.line(
        from: (x, y), to: (x + 26, y), colour: colour(index), width: lineWidth(index), dashes: dashes(index))
      if hasDots(index) { document.dot(at: (x + 13, y), radius: 3.2, colour: colour(index)) }
      document.text(series.label, at: (x + 33, y + 4.5), size: Self.legendSize, colour: Self.ink)
    }

    /// A tick label with a true minus sign instead of a hyphen.
    private static func signed(_ label: String) -> String {
      label.hasPrefix("-") ? "−" + label.dropFirst() : label
    }

    private func colour(_ index: Int) -> String {
      plot.series[index].isReference ? Self.softInk : PlotPalette.colour(colourIndex(index))
    }

    private func dashes(_ index: Int) -> String? {
      if plot.series[index].isReference { return "5 4" }
      return Self.dashes[colourIndex(index) / PlotPalette.colours.count % Self.dashes.count]
    }

    private func lineWidth(_ index: Int) -> Double { plot.series[index].isReference ? 1.2 : 2 }

    private func hasDots(_ index: Int) -> Bool {
      !plot.series[index].isReference && plot.series[index].x.count <= plot.dotLimit
    }

    /// The number of series before this one that take a colour.
    private func colourIndex(_ index: Int) -> Int { plot.series[..<index].count { !$0.isReference } }
  }
}
