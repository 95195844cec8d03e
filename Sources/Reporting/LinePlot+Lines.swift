extension LinePlot.Drawing {
  /// Lines nearer to one another than this, in pixels, hide one another.
  private static let hidingDistance = 2.0

  mutating func drawBand(_ series: LinePlot.Series) {
    let edges = zip(series.y, series.spread).map { y, spread in
      (lower: plot.inBounds(y - spread), upper: plot.inBounds(y + spread))
    }
    let upper = zip(series.x, edges).map { point($0, $1.upper) }
    let lower = zip(series.x, edges).map { point($0, $1.lower) }
    document.area(upper + lower.reversed(), colour: styles.colour(series))
  }

  mutating func drawLine(_ series: LinePlot.Series, _ index: Int) {
    let (points, colour) = (points(of: series), styles.colour(series))
    for part in parts(of: series) {
      document.polyline(
        part.map { points[$0] }, colour: colour, width: styles.width(series),
        dashes: styles.dashes(series, overlapCount: overlaps[index] ?? 0))
    }
    for (index, point) in points.enumerated() {
      let isHollow = series.censored.contains(index)
      guard isHollow || styles.hasMarkers(series) else { continue }
      if isHollow && plot.censorsValues { document.arrow(from: point, colour: colour) }
      document.marker(styles.marker(series), at: point, colour: colour, isHollow: isHollow)
    }
  }

  /// The points of a series that a line joins: all of them, but for steps from one censored value to the next.
  private func parts(of series: LinePlot.Series) -> [[Int]] {
    let censored = Set(plot.censorsValues ? series.censored : [])
    return series.x.indices.reduce(into: []) { parts, index in
      if index == 0 || censored.contains(index) && censored.contains(index - 1) {
        parts.append([index])
      } else {
        parts[parts.count - 1].append(index)
      }
    }.filter { $0.count > 1 || series.x.count == 1 }
  }

  /// Crosses at the foot of the plot.
  mutating func drawFailures() {
    for series in plot.series {
      for x in series.failures {
        document.cross(at: (point(x, yAxis.lower).x, bottom - 8), colour: styles.colour(series))
      }
    }
  }

  mutating func drawReference(_ reference: LinePlot.Reference) {
    let y = point(xAxis.lower, reference.y).y
    document.line(from: (left, y), to: (right, y), colour: PlotPalette.softInk, width: 1.2, dashes: "5 4")
  }

  /// For every line that runs along lines before it for a fifth of its way: how many.
  func overlappingLines() -> [Int: Int] {
    let lines = plot.series.map(points)
    var counts: [Int: Int] = [:]
    for (index, line) in lines.enumerated() where line.count > 1 && !plot.series[index].isReference {
      let samples = Self.samples(of: line)
      let count = lines[..<index].enumerated().count { other, earlier in
        guard earlier.count > 1, !plot.series[other].isReference else { return false }
        let near = samples.count { Self.distance(from: $0, to: earlier) < Self.hidingDistance }
        return 5 * near >= samples.count
      }
      if count > 0 { counts[index] = count }
    }
    return counts
  }

  /// Points at equal distances along a line.
  private static func samples(of line: [Point]) -> [Point] {
    let parts = zip(line, line.dropFirst()).map { start, end in
      (start: start, end: end, length: distance(start, end))
    }
    let step = parts.reduce(0) { $0 + $1.length } / 60
    guard step > 0 else { return [line[0]] }
    var samples: [Point] = []
    var (passed, next) = (0.0, step / 2)
    for part in parts where part.length > 0 {
      while next <= passed + part.length, samples.count < 60 {
        let share = (next - passed) / part.length
        samples.append(
          (
            part.start.x + share * (part.end.x - part.start.x),
            part.start.y + share * (part.end.y - part.start.y)
          ))
        next += step
      }
      passed += part.length
    }
    return samples
  }

  private static func distance(_ a: Point, _ b: Point) -> Double {
    ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).squareRoot()
  }

  private static func distance(from point: Point, to line: [Point]) -> Double {
    zip(line, line.dropFirst()).reduce(.infinity) { least, part in
      let (start, end) = part
      let (dx, dy) = (end.x - start.x, end.y - start.y)
      let length = dx * dx + dy * dy
      let along = length == 0 ? 0 : ((point.x - start.x) * dx + (point.y - start.y) * dy) / length
      let share = min(1, max(0, along))
      return min(least, distance(point, (start.x + share * dx, start.y + share * dy)))
    }
  }
}
