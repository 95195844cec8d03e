import Foundations

/// A line plot for a page or a paper, drawn as SVG: equal input gives equal bytes.
///
/// Every point given is drawn; no smoothing, no thinning. Series of at most `dotLimit` points show their points
/// as markers; a line that runs along another is dashed, so that both are seen. An axis whose values are all whole has
/// ticks at whole numbers only.
public struct LinePlot: Equatable, Sendable {
  /// One line with its name.
  public struct Series: Equatable, Sendable {
    /// Its label in the legend; series of one label share a colour and an entry of the legend.
    public var label: String
    /// The x values, one per point.
    public var x: [Double]
    /// The y values, one per point.
    public var y: [Double]
    /// Half the height of the band around the line, such as a standard deviation; empty for no band.
    public var spread: [Double]
    /// Whether the line is there to compare with, such as the diagonal of chance: thin, grey and dashed, without dots.
    public var isReference = false
    /// Of a line to compare with: the label of the series that it belongs to, whose colour it takes.
    public var partner: String?
    /// Indices of points where the measurement stopped, so that the true value is at least the one given: hollow markers.
    public var censored: [Int] = []
    /// The x values at which there is nothing to show because it failed: crosses at the foot of the plot.
    public var failures: [Double] = []

    /// A line through points, with a band of y ± spread; thin, grey and dashed where it is there to compare with.
    public init(
      label: String, x: [Double], y: [Double], spread: [Double] = [], isReference: Bool = false
    ) {
      require(x.count == y.count, "series \(label): \(x.count) x, \(y.count) y")
      require(
        spread.isEmpty || spread.count == y.count, "\(label): \(spread.count) spreads, \(y.count) y")
      self.label = label
      self.x = x
      self.y = y
      self.spread = spread
      self.isReference = isReference
    }

    /// A line of means with a band of one standard deviation.
    public init(label: String, x: [Double], spreads: [Spread]) {
      self.init(label: label, x: x, y: spreads.map(\.mean), spread: spreads.map(\.standardDeviation))
    }
  }

  /// A value to compare with: a dashed line across the plot.
  public struct Reference: Codable, Equatable, Sendable {
    /// The label on the line.
    public var label: String
    /// Its value on the y axis.
    public var y: Double

    /// A reference line at a value.
    public init(label: String, y: Double) {
      self.label = label
      self.y = y
    }
  }

  /// The title above the plot.
  public var title: String
  /// The title of the x axis, with its unit.
  public var xTitle: String
  /// The title of the y axis, with its unit.
  public var yTitle: String
  /// The lines, drawn in this order; colours follow the order too.
  public var series: [Series]
  /// Dashed lines across the plot.
  public var references: [Reference] = []
  /// The scale of the x axis.
  public var xScale = PlotScale.linear
  /// The scale of the y axis.
  public var yScale = PlotScale.linear
  /// The range of the x axis, if not just that of the points; none may lie outside.
  public var xRange: ClosedRange<Double>?
  /// The range of the y axis, if not just that of the points; none may lie outside.
  public var yRange: ClosedRange<Double>?
  /// What the measure on the y axis can be, such as 0...1 for a share: bands are cut there.
  public var bounds: ClosedRange<Double>?
  /// Whether the names of the lines stand on them, where there is room for all; else in the legend.
  public var namesLines = false
  /// Whether a censored point says that its value on the y axis is at least the one shown: then an arrow points upwards, and no line
  /// leads from one such point to the next, which would look like a course of the measure.
  public var censorsValues = true
  /// What the legend calls hollow markers.
  public var censoredLabel = "at least: the measurement ended here"
  /// What the legend calls crosses.
  public var failureLabel = "failed"
  /// The largest number of points that a series shows as markers.
  public var dotLimit = 40
  /// Width in pixels.
  public var width = 640
  /// Height in pixels.
  public var height = 400

  /// A plot of series, on linear axes unless told otherwise.
  public init(
    title: String, xTitle: String, yTitle: String, xScale: PlotScale = .linear, yScale: PlotScale = .linear,
    series: [Series], references: [Reference] = []
  ) {
    self.title = title
    self.xTitle = xTitle
    self.yTitle = yTitle
    self.xScale = xScale
    self.yScale = yScale
    self.series = series
    self.references = references
  }

  /// The drawing as text.
  ///
  /// - Throws: `ReportingError` for no points, a number that is not finite, or a value of zero or below on
  ///   a logarithmic axis; the message names the series and the point.
  public func svg() throws -> String {
    try validate()
    return Drawing(self).content
  }

  private func validate() throws {
    guard series.contains(where: { !$0.x.isEmpty }) else {
      throw ReportingError("plot \(title): no points to draw")
    }
    for series in series {
      try check(series.x, of: "x of \(series.label)", scale: xScale)
      try check(series.y, of: "y of \(series.label)", scale: yScale)
      try check(series.spread, of: "spread of \(series.label)", scale: .linear)
      if let bad = series.spread.firstIndex(where: { $0 < 0 }) {
        let found = "found \(series.spread[bad])"
        throw ReportingError(
          "plot \(title): spread of \(series.label), point \(bad): expected >= 0, \(found)")
      }
    }
    for reference in references { try check([reference.y], of: reference.label, scale: yScale) }
    for series in series {
      try check(series.x, of: "x of \(series.label)", within: xRange)
      try check(series.y, of: "y of \(series.label)", within: yRange)
    }
    for reference in references { try check([reference.y], of: reference.label, within: yRange) }
    for series in series {
      try check(series.failures, of: "failures of \(series.label)", scale: xScale)
      try check(series.failures, of: "failures of \(series.label)", within: xRange)
      try check(series.y, of: "y of \(series.label)", within: bounds)
      if let bad = series.censored.first(where: { !series.x.indices.contains($0) }) {
        throw ReportingError(
          "plot \(title): censored points of \(series.label): no point \(bad) of \(series.x.count)")
      }
    }
  }

  private func check(_ values: [Double], of name: String, within range: ClosedRange<Double>?) throws {
    guard let range, let bad = values.firstIndex(where: { !range.contains($0) }) else { return }
    throw ReportingError(
      "plot \(title): \(name), point \(bad): \(values[bad]) lies outside the axis, \(range)")
  }

  private func check(_ values: [Double], of name: String, scale: PlotScale) throws {
    for (index, value) in values.enumerated() {
      guard value.isFinite else {
        throw ReportingError(
          "plot \(title): \(name), point \(index): expected a finite number, found \(value)")
      }
      guard scale == .linear || value > 0 else {
        throw ReportingError(
          "plot \(title): \(name), point \(index): a logarithmic axis needs values above 0, found \(value)")
      }
    }
  }
}
