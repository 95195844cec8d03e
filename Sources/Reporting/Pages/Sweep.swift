/// Numbers measured at the points of a sweep, such as rising inverse temperatures: a table of them, and curves.
///
/// ```swift
/// let sweep = Sweep(points: betas.map { beta in
///   .init(label: "\(beta)", name: "beta_\(Int(beta))", x: beta, numbers: ["error": error(beta)])
/// })
/// section.addTable("errors", of: sweep, "beta", columns: [("Error, median", "error", 4)])
/// let curve = sweep.series("error", label: "median")
/// ```
public struct Sweep: Sendable, Equatable {
  /// The measurements at one point.
  public struct Point: Sendable, Equatable {
    /// The label of the point in tables.
    public let label: String
    /// The name of the point in a summary, after the name of a measure: `error_beta_10`.
    public let name: String
    /// Its x value in curves.
    public let x: Double
    /// The numbers by the names of their measures.
    public let numbers: [String: Double]

    /// A point from its parts.
    public init(label: String, name: String, x: Double, numbers: [String: Double]) {
      (self.label, self.name, self.x, self.numbers) = (label, name, x, numbers)
    }

    func cell(_ measure: String) -> MeasuredCell { .number("\(measure)_\(name)", numbers[measure]) }
  }

  /// The points, in their order.
  public let points: [Point]

  /// A sweep of points.
  public init(points: [Point]) { self.points = points }

  /// A curve of a measure over the points that have it.
  ///
  /// - Parameters:
  ///   - measure: The measure by its name in the points.
  ///   - label: The label of the curve.
  ///   - scale: The factor of every value.
  ///   - least: The value that smaller ones are raised to, for logarithmic axes.
  ///   - isReference: Whether the curve is something to compare with, drawn as such.
  public func series(
    _ measure: String, label: String, scale: Double = 1, atLeast least: Double = -.infinity,
    isReference: Bool = false
  ) -> LinePlot.Series {
    let found = points.filter { $0.numbers[measure] != nil }
    return LinePlot.Series(
      label: label, x: found.map(\.x), y: found.map { max(least, scale * ($0.numbers[measure] ?? 0)) },
      isReference: isReference)
  }

  /// The largest number of a measure; nil where no point has it.
  public func largest(_ measure: String) -> Double? { points.compactMap { $0.numbers[measure] }.max() }

  /// The sum of a measure over the points.
  public func total(_ measure: String) -> Double { points.reduce(0) { $0 + ($1.numbers[measure] ?? 0) } }
}

extension PageSection {
  /// Adds every number of a sweep to the summary, as `<measure>_<point>`.
  public mutating func addNumbers(of sweep: Sweep) {
    for point in sweep.points { addNumbers(point.numbers.keys.sorted().map(point.cell)) }
  }

  /// Adds a table of a sweep, a row for each point.
  ///
  /// - Parameters:
  ///   - name: The table's name in the page and the record.
  ///   - sweep: The sweep.
  ///   - labelTitle: What stands over the labels of the points.
  ///   - columns: The title, the measure and the digits of each column.
  public mutating func addTable(
    _ name: String, of sweep: Sweep, _ labelTitle: String,
    columns: [(title: String, measure: String, digits: Int)]
  ) {
    addTable(
      name, columns: [labelTitle] + columns.map(\.title), digits: columns.map(\.digits).max() ?? 0,
      columnDigits: columns.map(\.digits),
      rows: sweep.points.map { point in (point.label, columns.map { point.cell($0.measure) }) })
  }
}
