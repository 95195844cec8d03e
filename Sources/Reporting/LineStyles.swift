/// How each line of a plot looks: colours by label, markers and dashes by colour.
struct LineStyles {
  /// The shape of a marker.
  enum Marker: CaseIterable {
    case circle, square, triangle, diamond, wedge
  }

  /// The second and further rounds of colours are dashed.
  private static let rounds: [String?] = [nil, "7 4", "2 4"]
  /// Lines that run along others, by how many.
  private static let dashes = ["9 6", "3 6", "12 4 2 4", "2 7"]

  private let plot: LinePlot
  /// The labels that take a colour, in their order.
  private let labels: [String]

  init(_ plot: LinePlot) {
    self.plot = plot
    labels = plot.series.filter { !$0.isReference }.reduce(into: []) { labels, series in
      if !labels.contains(series.label) { labels.append(series.label) }
    }
  }

  /// The place of a series among the colours; nil for a line to compare with that belongs to none.
  private func place(_ series: LinePlot.Series) -> Int? {
    labels.firstIndex(of: series.isReference ? series.partner ?? "" : series.label)
  }

  func colour(_ series: LinePlot.Series) -> String {
    if series.isReference, series.partner == nil { return PlotPalette.softInk }
    return place(series).map(PlotPalette.colour) ?? PlotPalette.softInk
  }

  func marker(_ series: LinePlot.Series) -> Marker {
    Marker.allCases[(place(series) ?? 0) % Marker.allCases.count]
  }

  /// - Parameter overlapCount: How many lines before this one it runs along.
  func dashes(_ series: LinePlot.Series, overlapCount: Int = 0) -> String? {
    if series.isReference { return "5 4" }
    if overlapCount > 0 { return Self.dashes[min(overlapCount, Self.dashes.count) - 1] }
    return Self.rounds[(place(series) ?? 0) / PlotPalette.colours.count % Self.rounds.count]
  }

  func width(_ series: LinePlot.Series) -> Double { series.isReference ? 1.3 : 2 }

  func hasMarkers(_ series: LinePlot.Series) -> Bool {
    !series.isReference && series.x.count <= plot.dotLimit
  }
}

extension SVGDocument {
  /// A marker: filled, or hollow where the measurement stopped.
  mutating func marker(
    _ marker: LineStyles.Marker, at point: (x: Double, y: Double), colour: String, isHollow: Bool = false
  ) {
    let radius = isHollow ? 4.2 : 3.2
    let (fill, stroke) = isHollow ? (PlotPalette.ground, colour) : (colour, PlotPalette.ground)
    let width = isHollow ? 1.8 : 0.8
    func corners(_ offsets: [(Double, Double)]) {
      outline(
        offsets.map { (point.x + radius * $0.0, point.y + radius * $0.1) }, fill: fill, stroke: stroke,
        width: width)
    }
    switch marker {
    case .circle: circle(at: point, radius: radius, fill: fill, stroke: stroke, width: width)
    case .square: corners([(-0.95, -0.95), (0.95, -0.95), (0.95, 0.95), (-0.95, 0.95)])
    case .triangle: corners([(0, -1.3), (1.2, 0.9), (-1.2, 0.9)])
    case .diamond: corners([(0, -1.4), (1.4, 0), (0, 1.4), (-1.4, 0)])
    case .wedge: corners([(0, 1.3), (1.2, -0.9), (-1.2, -0.9)])
    }
  }

  /// An arrow upwards: the true value lies at least as high.
  mutating func arrow(from point: (x: Double, y: Double), colour: String) {
    let tip = point.y - 17
    line(from: point, to: (point.x, tip), colour: colour, width: 1.6)
    for side in [-3.5, 3.5] {
      line(from: (point.x + side, tip + 4.5), to: (point.x, tip), colour: colour, width: 1.6)
    }
  }

  /// A cross: something failed here.
  mutating func cross(at point: (x: Double, y: Double), colour: String) {
    let r = 4.0
    line(from: (point.x - r, point.y - r), to: (point.x + r, point.y + r), colour: colour, width: 2)
    line(from: (point.x - r, point.y + r), to: (point.x + r, point.y - r), colour: colour, width: 2)
  }
}
