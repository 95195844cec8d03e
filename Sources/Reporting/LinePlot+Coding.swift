extension LinePlot: Codable {
  private enum CodingKeys: String, CodingKey {
    case title, series, references, bounds, width, height
    case xTitle, yTitle, xScale, yScale, xRange, yRange, namesLines, censorsValues,
      censoredLabel, failureLabel, dotLimit
  }

  /// Reads a plot; what is left out is as in a plot that does not set it.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      title: try values.decode(String.self, forKey: .title),
      xTitle: try values.decode(String.self, forKey: .xTitle),
      yTitle: try values.decode(String.self, forKey: .yTitle),
      xScale: try values.decodeIfPresent(PlotScale.self, forKey: .xScale) ?? .linear,
      yScale: try values.decodeIfPresent(PlotScale.self, forKey: .yScale) ?? .linear,
      series: try values.decode([Series].self, forKey: .series),
      references: try values.decodeIfPresent([Reference].self, forKey: .references) ?? [])
    xRange = try values.decodeIfPresent(ClosedRange<Double>.self, forKey: .xRange)
    yRange = try values.decodeIfPresent(ClosedRange<Double>.self, forKey: .yRange)
    bounds = try values.decodeIfPresent(ClosedRange<Double>.self, forKey: .bounds)
    namesLines = try values.decodeIfPresent(Bool.self, forKey: .namesLines) ?? namesLines
    censorsValues = try values.decodeIfPresent(Bool.self, forKey: .censorsValues) ?? censorsValues
    censoredLabel = try values.decodeIfPresent(String.self, forKey: .censoredLabel) ?? censoredLabel
    failureLabel = try values.decodeIfPresent(String.self, forKey: .failureLabel) ?? failureLabel
    dotLimit = try values.decodeIfPresent(Int.self, forKey: .dotLimit) ?? dotLimit
    width = try values.decodeIfPresent(Int.self, forKey: .width) ?? width
    height = try values.decodeIfPresent(Int.self, forKey: .height) ?? height
  }

  /// Writes a plot; ranges and bounds that it does not have are left out.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(title, forKey: .title)
    try values.encode(xTitle, forKey: .xTitle)
    try values.encode(yTitle, forKey: .yTitle)
    try values.encode(xScale, forKey: .xScale)
    try values.encode(yScale, forKey: .yScale)
    try values.encode(series, forKey: .series)
    if !references.isEmpty { try values.encode(references, forKey: .references) }
    try values.encodeIfPresent(xRange, forKey: .xRange)
    try values.encodeIfPresent(yRange, forKey: .yRange)
    try values.encodeIfPresent(bounds, forKey: .bounds)
    if namesLines { try values.encode(true, forKey: .namesLines) }
    if !censorsValues { try values.encode(false, forKey: .censorsValues) }
    try values.encode(censoredLabel, forKey: .censoredLabel)
    try values.encode(failureLabel, forKey: .failureLabel)
    try values.encode(dotLimit, forKey: .dotLimit)
    try values.encode(width, forKey: .width)
    try values.encode(height, forKey: .height)
  }
}

extension LinePlot.Series: Codable {
  private enum CodingKeys: String, CodingKey {
    case label, x, y, spread, isReference, partner, censored, failures
  }

  /// Reads a series; what is left out is as in a series that does not set it.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    (label, x) = (
      try values.decode(String.self, forKey: .label), try values.decode([Double].self, forKey: .x)
    )
    y = try values.decode([Double].self, forKey: .y)
    spread = try values.decodeIfPresent([Double].self, forKey: .spread) ?? []
    isReference = try values.decodeIfPresent(Bool.self, forKey: .isReference) ?? false
    partner = try values.decodeIfPresent(String.self, forKey: .partner)
    censored = try values.decodeIfPresent([Int].self, forKey: .censored) ?? []
    failures = try values.decodeIfPresent([Double].self, forKey: .failures) ?? []
    guard x.count == y.count, spread.isEmpty || spread.count == y.count else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "\(label): \(x.count) x, \(y.count) y, \(spread.count) spreads"))
    }
  }

  /// Writes a series; what it does not have is left out.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(label, forKey: .label)
    try values.encode(x, forKey: .x)
    try values.encode(y, forKey: .y)
    if !spread.isEmpty { try values.encode(spread, forKey: .spread) }
    if isReference { try values.encode(true, forKey: .isReference) }
    try values.encodeIfPresent(partner, forKey: .partner)
    if !censored.isEmpty { try values.encode(censored, forKey: .censored) }
    if !failures.isEmpty { try values.encode(failures, forKey: .failures) }
  }
}

extension LinePlot: Figure {
  /// The plot with numbers of six significant digits.
  public func rounded() -> LinePlot {
    var plot = self
    for index in plot.series.indices {
      plot.series[index].x = plot.series[index].x.map(\.sixDigits)
      plot.series[index].y = plot.series[index].y.map(\.sixDigits)
      plot.series[index].spread = plot.series[index].spread.map(\.sixDigits)
      plot.series[index].failures = plot.series[index].failures.map(\.sixDigits)
    }
    for index in plot.references.indices { plot.references[index].y = plot.references[index].y.sixDigits }
    return plot
  }
}
