/// Spearman's rank correlation: how well the order of one list of numbers agrees with that of another.
public enum RankCorrelation {
  /// Pearson's correlation of the ranks, equal numbers sharing the mean of their ranks; from -1 to 1.
  ///
  /// - Throws: `MetricError` for lists of different lengths, fewer than two numbers, a number that is not finite, or a
  ///   list whose numbers are all equal.
  public static func spearman(_ a: [Double], _ b: [Double]) throws -> Double {
    guard a.count == b.count else {
      throw MetricError("Spearman's correlation: \(a.count) and \(b.count) numbers, expected equally many")
    }
    guard a.count >= 2 else {
      throw MetricError("Spearman's correlation: expected at least two numbers, found \(a.count)")
    }
    guard a.allSatisfy(\.isFinite) && b.allSatisfy(\.isFinite) else {
      throw MetricError("Spearman's correlation: expected finite numbers")
    }
    let (x, y) = (ranks(a), ranks(b))
    let mean = Double(a.count + 1) / 2
    func product(_ u: [Double], _ v: [Double]) -> Double {
      zip(u, v).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) }
    }
    let scale = (product(x, x) * product(y, y)).squareRoot()
    guard scale > 0 else {
      throw MetricError("Spearman's correlation: expected numbers that differ, found equal ones")
    }
    return product(x, y) / scale
  }

  /// The ranks of numbers from 1, equal ones sharing their mean.
  static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count && values[order[end]] == values[order[start]] { end += 1 }
      // Ranks start + 1 ... end.
      for position in start..<end { ranks[order[position]] = Double(start + 1 + end) / 2 }
      start = end
    }
    return ranks
  }
}
