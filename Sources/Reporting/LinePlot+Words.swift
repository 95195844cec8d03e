extension LinePlot.Drawing {
  /// What the legend explains.
  enum LegendEntry {
    case line(Int)
    case censored, failed
  }

  /// The name of a line, on the plot.
  struct Name {
    let series: Int
    let place: Point
    let box: Box
  }

  // MARK: Legend

  /// The entries above the plot, each once, broken into rows where they are wider than the plot.
  func legendRows(withNames: Bool) -> [[(entry: LegendEntry, x: Double)]] {
    let series = plot.series
    var entries: [LegendEntry] = []
    let isNeeded = series.count > 1 || series.contains { !$0.label.isEmpty }
    for index in series.indices where isNeeded && (withNames || series[index].isReference) {
      let isKnown = series[..<index].contains {
        $0.label == series[index].label && $0.isReference == series[index].isReference
      }
      if !isKnown { entries.append(.line(index)) }
    }
    if series.contains(where: { !$0.censored.isEmpty }) { entries.append(.censored) }
    if series.contains(where: { !$0.failures.isEmpty }) { entries.append(.failed) }
    guard !entries.isEmpty else { return [] }
    var rows: [[(entry: LegendEntry, x: Double)]] = [[]]
    var x = left
    for entry in entries {
      let width = 34 + SVGDocument.width(of: words(entry), size: Self.legendSize)
      if x + width > right, !rows[rows.count - 1].isEmpty {
        rows.append([])
        x = left
      }
      rows[rows.count - 1].append((entry, x))
      x += width + 18
    }
    return rows
  }

  private func words(_ entry: LegendEntry) -> String {
    switch entry {
    case .line(let index): plot.series[index].label
    case .censored: plot.censoredLabel
    case .failed: plot.failureLabel
    }
  }

  mutating func drawLegend() {
    let first = titleLines.isEmpty ? 16 : 25 + Double(titleLines.count) * Self.titleRow
    for (row, entries) in legend.enumerated() {
      let y = first + Double(row) * Self.legendRow
      for (entry, x) in entries {
        switch entry {
        case .line(let index): drawSample(of: index, x: x, y: y)
        case .censored: drawHollowSample(x: x, y: y)
        case .failed: document.cross(at: (x + 13, y), colour: PlotPalette.softInk)
        }
        document.text(words(entry), at: (x + 33, y + 4.5), size: Self.legendSize, colour: PlotPalette.ink)
      }
    }
  }

  private mutating func drawSample(of index: Int, x: Double, y: Double) {
    let series = plot.series[index]
    // What belongs to several lines has the colour of none.
    let colour = series.isReference ? PlotPalette.softInk : styles.colour(series)
    if !series.spread.isEmpty {
      document.area([(x, y - 6), (x + 26, y - 6), (x + 26, y + 6), (x, y + 6)], colour: colour)
    }
    document.line(
      from: (x, y), to: (x + 26, y), colour: colour, width: styles.width(series),
      dashes: styles.dashes(series, overlapCount: overlaps[index] ?? 0))
    if styles.hasMarkers(series) { document.marker(styles.marker(series), at: (x + 13, y), colour: colour) }
  }

  /// The hollow marker of the line that has one, in grey where several have.
  private mutating func drawHollowSample(x: Double, y: Double) {
    let series = plot.series.filter { !$0.censored.isEmpty }
    let isOne = Set(series.map(\.label)).count == 1
    document.marker(
      isOne ? styles.marker(series[0]) : .circle, at: (x + 13, y),
      colour: isOne ? styles.colour(series[0]) : PlotPalette.softInk, isHollow: true)
  }

  // MARK: Names on lines

  /// A free place near each line for its name; nil where one has none.
  func freeNamePlaces() -> [Name]? {
    var (taken, names) = (places, [Name]())
    for (index, series) in plot.series.enumerated() where !series.isReference && !series.x.isEmpty {
      if plot.series[..<index].contains(where: { !$0.isReference && $0.label == series.label }) { continue }
      guard let name = candidates(index).first(where: { isFree($0.box, among: taken) }) else { return nil }
      taken.take(name.box)
      names.append(name)
    }
    return names.isEmpty ? nil : names
  }

  private func isFree(_ box: Box, among places: LabelPlaces) -> Bool {
    box.left >= left + 2 && box.right <= right + 20 && box.top >= top - 4 && box.bottom <= bottom - 2
      && places.conflicts(of: box) == 0
  }

  /// Beside the points of a line, from its end back: to the right, above, to the left and below.
  private func candidates(_ index: Int) -> [Name] {
    let text = plot.series[index].label
    return points(of: plot.series[index]).reversed().flatMap { point in
      [(8.0, 4.0), (4, -9), (-4, -9), (-8, 4), (8, 16), (-8, 16)].map { dx, dy -> Name in
        let width = SVGDocument.width(of: text, size: Self.legendSize) + 12
        let place = (x: dx > 0 ? point.x + dx : point.x + dx - width, y: point.y + dy)
        return Name(
          series: index, place: place,
          box: Box(of: text, at: place, size: Self.legendSize, anchor: .start, extra: 12))
      }
    }
  }

  mutating func drawNames() {
    for name in namePlaces {
      let series = plot.series[name.series]
      let marker = (name.place.x + 4, name.place.y - 4)
      document.marker(styles.marker(series), at: marker, colour: styles.colour(series))
      document.text(
        series.label, at: (name.place.x + 12, name.place.y), size: Self.legendSize, colour: PlotPalette.ink)
    }
  }

  // MARK: Labels of values to compare with

  /// Words sit on their line where they cover least: above or below it, at the right end if they can.
  mutating func drawReferenceLabels() {
    for reference in plot.references {
      let y = point(xAxis.lower, reference.y).y
      let spots = [y - 6, y + 15].filter { $0 - 11 > top && $0 + 3 < bottom }
      let candidates = [1, 0.75, 0.5, 0.25, 0].flatMap { share in
        (spots.isEmpty ? [y - 6] : spots).map { baseline -> (place: Point, box: Box) in
          let width = SVGDocument.width(of: reference.label, size: 12)
          let place = (x: left + 6 + share * (right - left - 12 - width), y: baseline)
          return (place, Box(of: reference.label, at: place, size: 12, anchor: .start))
        }
      }
      guard
        let best = candidates.enumerated().min(by: {
          (places.conflicts(of: $0.element.box), $0.offset) < (
            places.conflicts(of: $1.element.box), $1.offset
          )
        })?.element
      else { continue }
      places.take(best.box)
      document.text(
        reference.label, at: best.place, size: 12, colour: PlotPalette.softInk, hasHalo: true)
    }
  }
}
