import Foundations

/// Numbers over a plane as shades, with paths on it, drawn as SVG: equal input gives equal bytes.
///
/// Both axes have one unit of length. Shades are bands of equal height between the lowest and the highest number, light where
/// it is low, so that their edges are contour lines.
public struct FieldMap: Codable, Equatable, Sendable {
  /// A line through points, with a ring at its start and a dot at its end; a path of one point is a dot.
  public struct Path: Codable, Equatable, Sendable {
    /// What the legend calls it; paths of one label share a colour and a line of the legend.
    public var label: String
    /// The x values, one per point.
    public var x: [Double]
    /// The y values, one per point.
    public var y: [Double]

    /// A line through points, one at least.
    public init(label: String, x: [Double], y: [Double]) {
      require(x.count == y.count && !x.isEmpty, "path \(label): \(x.count) x, \(y.count) y")
      (self.label, self.x, self.y) = (label, x, y)
    }
  }

  /// The title above.
  public var title: String
  /// The title of the x axis.
  public var xTitle: String
  /// The title of the y axis.
  public var yTitle: String
  /// What the numbers are, beside the scale of shades.
  public var valueTitle: String
  /// The x values of the columns, rising.
  public var columns: [Double]
  /// The y values of the rows, rising: the last row is drawn on top.
  public var rows: [Double]
  /// The numbers, `values[row][column]`.
  public var values: [[Double]]
  /// What is drawn on the map, in this order.
  public var paths: [Path]
  /// How many shades there are.
  public var shadeCount = 16

  /// A map of numbers with paths on it.
  public init(
    title: String, xTitle: String, yTitle: String, valueTitle: String, columns: [Double], rows: [Double],
    values: [[Double]], paths: [Path] = []
  ) {
    (self.title, self.xTitle, self.yTitle, self.valueTitle) = (title, xTitle, yTitle, valueTitle)
    (self.columns, self.rows, self.values, self.paths) = (columns, rows, values, paths)
  }

  /// The labels of the paths, each once, in the order in which they are drawn.
  var labels: [String] {
    paths.reduce(into: []) { labels, path in
      if !labels.contains(path.label) { labels.append(path.label) }
    }
  }

  /// The drawing as text.
  ///
  /// - Throws: `ReportingError` for fewer than two rows or columns, numbers of another count, axes that do not rise, a number that
  ///   is not finite, or a path that leaves the map; the message names the place.
  public func svg() throws -> String {
    try validate()
    return Drawing(self).content
  }

  private func validate() throws {
    func problem(_ text: String) -> ReportingError { ReportingError("map \(title): \(text)") }
    guard shadeCount > 1 else { throw problem("\(shadeCount) shades, expected two at least") }
    for (name, numbers) in [("columns", columns), ("rows", rows)] {
      guard numbers.count > 1, numbers.allSatisfy(\.isFinite),
        zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 })
      else { throw problem("\(name): expected two or more rising numbers") }
    }
    guard values.count == rows.count else {
      throw problem("\(values.count) rows of numbers, expected \(rows.count)")
    }
    for (row, numbers) in values.enumerated() {
      guard numbers.count == columns.count else {
        throw problem("row \(row): \(numbers.count) numbers, expected \(columns.count)")
      }
      if let bad = numbers.firstIndex(where: { !$0.isFinite }) {
        throw problem("row \(row), column \(bad): expected a finite number, found \(numbers[bad])")
      }
    }
    let (width, height) = (Self.extent(columns), Self.extent(rows))
    for path in paths {
      for (index, point) in zip(path.x, path.y).enumerated() {
        guard width.contains(point.0), height.contains(point.1) else {
          throw problem("\(path.label), point \(index): (\(point.0), \(point.1)) lies outside the map")
        }
      }
    }
  }

  /// From the outer edge of the first cell to that of the last.
  static func extent(_ numbers: [Double]) -> ClosedRange<Double> {
    let edges = edges(numbers)
    return edges[0]...edges[edges.count - 1]
  }

  /// The edges of cells around numbers: half-way between two, and as far beyond the first and the last.
  static func edges(_ numbers: [Double]) -> [Double] {
    let last = numbers.count - 1
    let middles = zip(numbers, numbers.dropFirst()).map { ($0 + $1) / 2 }
    return [numbers[0] * 2 - middles[0]] + middles + [numbers[last] * 2 - middles[last - 1]]
  }
}

extension FieldMap: Figure {
  /// The map with numbers of six significant digits.
  public func rounded() -> FieldMap {
    var map = self
    map.columns = columns.map(\.sixDigits)
    map.rows = rows.map(\.sixDigits)
    map.values = values.map { $0.map(\.sixDigits) }
    for index in paths.indices {
      map.paths[index].x = paths[index].x.map(\.sixDigits)
      map.paths[index].y = paths[index].y.map(\.sixDigits)
    }
    return map
  }
}
