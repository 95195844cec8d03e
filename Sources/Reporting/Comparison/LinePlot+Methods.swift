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
