extension MethodComparison {
  /// A comparison of methods that have one score a split, such as the folds of a cross-validation; the first is held
  /// against the others.
  ///
  /// - Parameter methods: The prefix, the label, the name in sentences (from the label where nil) and the scores of each.
  /// - Throws: `ReportingError` where a method lacks scores that the first one has.
  public init(
    measure: String, splits methods: [(prefix: String, label: String, name: String?, scores: [Double])],
    better: TableRecipe.Best, dependence: MethodDifference.Dependence
  ) throws {
    let compared = try methods.map {
      Method(prefix: $0.prefix, label: $0.label, name: $0.name, scores: try TrialScores(splits: $0.scores))
    }
    guard let first = compared.first else { throw ReportingError("comparison: expected at least one method") }
    try self.init(
      measure: measure, first: first, others: Array(compared.dropFirst()), better: better,
      dependence: dependence)
  }
}

extension LinePlot.Series {
  /// A line for each method through its means in several comparisons of the same methods, with a band of the deviation
  /// between splits.
  ///
  /// - Parameter comparisons: Each with where it stands on the x axis.
  public static func methods(_ comparisons: [(x: Double, comparison: MethodComparison)]) -> [LinePlot.Series]
  {
    guard let first = comparisons.first?.comparison else { return [] }
    return ([first.first] + first.others).enumerated().map { index, method in
      let scores = comparisons.map { ([$0.comparison.first] + $0.comparison.others)[index].scores }
      return LinePlot.Series(
        label: method.label, x: comparisons.map(\.x), y: scores.map(\.mean),
        spread: scores.map { $0.splitDeviation ?? 0 })
    }
  }
}
