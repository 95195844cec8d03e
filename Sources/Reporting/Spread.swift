/// Mean and standard deviation of repeated measurements, such as one error per seed.
public struct Spread: Codable, Equatable, Sendable {
  /// The arithmetic mean.
  public let mean: Double
  /// The sample standard deviation, sqrt(sum (v - mean)^2 / (count - 1)); 0 for a single value, where it
  /// says nothing, which is why tables leave it out then.
  public let standardDeviation: Double
  /// The number of values.
  public let count: Int
  /// The smallest value.
  public let minimum: Double
  /// The largest value.
  public let maximum: Double

  /// The spread of at least one finite value.
  ///
  /// - Throws: `ReportingError` for no values, or for one that is not finite (named by its position).
  public init(of values: [Double]) throws {
    guard let first = values.first else { throw ReportingError("spread: expected at least one value") }
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw ReportingError("spread: value \(bad) is \(values[bad]), expected a finite number")
    }
    count = values.count
    minimum = values.reduce(first, Swift.min)
    maximum = values.reduce(first, Swift.max)
    let mean = values.reduce(0) { $0 + $1 / Double(values.count) }
    self.mean = mean
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    standardDeviation = count > 1 ? (squares / Double(count - 1)).squareRoot() : 0
  }
}
