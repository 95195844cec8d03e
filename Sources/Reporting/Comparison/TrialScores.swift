/// The scores of one method on trials: splits of the data, and on each split one or several seeds of its weights.
///
/// The two are told apart because they answer different questions: a split changes what is learned from and what is
/// judged, a seed only the luck of a training.
public struct TrialScores: Equatable, Sendable {
  /// The scores, [splits][seeds]: every split has as many seeds as the others.
  public let values: [[Double]]

  /// Scores of at least one split and one seed, all finite.
  ///
  /// - Throws: `ReportingError` for no scores, splits of different numbers of seeds, or a score that is not finite.
  public init(_ values: [[Double]]) throws {
    guard let seeds = values.first?.count, seeds > 0 else {
      throw ReportingError("trials: expected at least one split with at least one seed")
    }
    for (split, scores) in values.enumerated() {
      guard scores.count == seeds else {
        throw ReportingError("trials: split \(split) has \(scores.count) seeds, split 0 has \(seeds)")
      }
      if let seed = scores.firstIndex(where: { !$0.isFinite }) {
        throw ReportingError(
          "trials: split \(split), seed \(seed) scored \(scores[seed]), expected a finite number")
      }
    }
    self.values = values
  }

  /// One score per split, of one seed each: folds of a cross-validation.
  public init(splits: [Double]) throws {
    try self.init(splits.map { [$0] })
  }

  /// One score per seed, all of the same split.
  public init(seeds: [Double]) throws {
    try self.init([seeds])
  }

  /// The number of splits.
  public var splitCount: Int { values.count }
  /// The number of seeds of each split.
  public var seedCount: Int { values[0].count }

  /// The mean over seeds of each split.
  public var splitMeans: [Double] {
    values.map { scores in scores.reduce(0) { $0 + $1 / Double(scores.count) } }
  }

  /// The mean over everything.
  public var mean: Double {
    splitMeans.reduce(0) { $0 + $1 / Double(splitCount) }
  }

  /// The sample deviation of the splits' means; nil for one split.
  public var splitDeviation: Double? {
    splitCount > 1 ? Self.variance(splitMeans).squareRoot() : nil
  }

  /// The sample deviation of seeds within a split, pooled over splits, sqrt(mean of the splits' variances); nil for one
  /// seed.
  public var seedDeviation: Double? {
    guard seedCount > 1 else { return nil }
    return values.reduce(0) { $0 + Self.variance($1) / Double(splitCount) }.squareRoot()
  }

  /// Adds the mean to a summary under a name, and under that name followed by `_deviation` and `_seed_deviation` the
  /// deviations between splits and between seeds where there are several.
  public func add(to summary: inout [String: Double], as name: String) {
    summary[name] = mean
    summary[name + "_deviation"] = splitDeviation
    summary[name + "_seed_deviation"] = seedDeviation
  }

  /// The sample variance, sum (v - mean)² / (count - 1), of at least two values.
  static func variance(_ values: [Double]) -> Double {
    let mean = values.reduce(0) { $0 + $1 / Double(values.count) }
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
  }
}
