import Foundations

extension PageSection {
  /// Adds what a comparison of methods found: a sentence, and the table of all methods.
  ///
  /// - Parameters:
  ///   - comparison: The comparison.
  ///   - name: The table's name in the page and the record.
  ///   - measureLabel: The label of the measure in the table.
  ///   - digits: Digits behind the decimal point, in both.
  public mutating func addComparison(
    _ comparison: MethodComparison, name: String, measureLabel: String, digits: Int
  ) {
    comparison.add(to: &summary)
    addParagraph(comparison.sentence(digits: digits))
    addTable(comparison.table(name: name, measureLabel: measureLabel, digits: digits))
  }

  /// Adds a table of the means of methods, with their deviations where there are several splits: a row per method, a column
  /// for each comparison of the same methods.
  public mutating func addMeans(
    of comparisons: [(title: String, comparison: MethodComparison)], name: String, label: String,
    digits: Int, best: TableRecipe.Best? = nil
  ) {
    addTable(comparisons, name: name, label: label, digits: digits, best: best, leavesFirstOut: false) {
      let name = $0.prefix + $1.measure
      return $0.scores.splitDeviation == nil ? name : "\(name) ± \(name)_deviation"
    }
  }

  /// Adds a table of the 95 % intervals of the first method's advantage: a row for each other method, a column for each
  /// comparison of the same methods.
  public mutating func addAdvantages(
    of comparisons: [(title: String, comparison: MethodComparison)], name: String, label: String, digits: Int
  ) {
    addTable(comparisons, name: name, label: label, digits: digits, best: nil, leavesFirstOut: true) {
      "\($0.prefix + $1.measure)_advantage_low … \($0.prefix + $1.measure)_advantage_high"
    }
  }

  /// Adds what several comparisons of the same methods found, such as one for each data set: the means of all methods,
  /// the advantages of the first where there are trials enough for an interval, what may be said of them, and how to read
  /// it.
  ///
  /// - Parameters:
  ///   - comparisons: The comparisons, each with the title of its column.
  ///   - names: The names of both tables in the page and the record.
  ///   - label: What the tables call the measure.
  ///   - digits: Digits behind the decimal point.
  ///   - best: Which end of every column is printed bold.
  public mutating func addComparisons(
    _ comparisons: [(title: String, comparison: MethodComparison)],
    names: (means: String, advantages: String), label: String, digits: Int, best: TableRecipe.Best
  ) {
    guard let first = comparisons.first?.comparison else { return }
    addMeans(of: comparisons, name: names.means, label: label, digits: digits, best: best)
    if first.differences.first?.interval != nil {
      addAdvantages(
        of: comparisons, name: names.advantages,
        label: "advantage of \(first.first.label) over (95 % interval)", digits: digits)
    }
    addParagraph(
      comparisons.map { "- \($0.title): \($0.comparison.sentence(digits: digits))" }.joined(separator: "\n"))
    addParagraph(
      (first.first.scores.splitCount > 1 ? "Means, and standard deviations over the splits. " : "")
        + first.explanation)
  }

  private mutating func addTable(
    _ comparisons: [(title: String, comparison: MethodComparison)], name: String, label: String,
    digits: Int, best: TableRecipe.Best?, leavesFirstOut: Bool,
    cell: (MethodComparison.Method, MethodComparison) -> String
  ) {
    for (_, comparison) in comparisons { comparison.add(to: &summary) }
    func methods(_ comparison: MethodComparison) -> [MethodComparison.Method] {
      (leavesFirstOut ? [] : [comparison.first]) + comparison.others
    }
    let labels = comparisons.first.map { methods($0.comparison).map(\.label) } ?? []
    require(
      comparisons.allSatisfy { methods($0.comparison).map(\.label) == labels },
      "table \(name): comparisons of different methods")
    addTable(
      TableRecipe(
        name: name, columns: [label] + comparisons.map(\.title),
        rows: labels.indices.map { row in
          .init(
            label: labels[row],
            summaryKeys: comparisons.map { cell(methods($0.comparison)[row], $0.comparison) })
        }, digits: digits, best: best))
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
