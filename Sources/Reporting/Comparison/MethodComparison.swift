/// One method beside others on the same trials: the table, its numbers, and the words that follow from them.
///
/// All experiments compare through this type, so "ahead" means the same on every page: the 95 % interval of the
/// advantage leaves 0 out. Intervals are for one pair at a time; among twenty comparisons of equal methods one is
/// expected to say otherwise.
public struct MethodComparison: Sendable {
  /// A method with its scores.
  public struct Method: Sendable {
    /// The prefix of the names of its numbers, such as `gcn_`; empty for the first method.
    public let prefix: String
    /// Its label in tables.
    public let label: String
    /// Its name in sentences.
    public let name: String
    /// Its scores.
    public let scores: TrialScores

    /// - Parameters:
    ///   - prefix: The prefix of the names of its numbers; empty for the first method.
    ///   - label: Its label in tables.
    ///   - name: The label with a small first letter when left out; for labels that begin with a name, say it.
    ///   - scores: Its scores.
    public init(prefix: String, label: String, name: String? = nil, scores: TrialScores) {
      self.prefix = prefix
      self.label = label
      // An abbreviation such as LSTM keeps its capitals.
      let isAbbreviated = label.dropFirst().first?.isUppercase ?? false
      self.name = name ?? (isAbbreviated ? label : label.prefix(1).lowercased() + label.dropFirst())
      self.scores = scores
    }
  }

  /// The method that is compared with each of the others.
  public let first: Method
  /// The other methods.
  public let others: [Method]
  /// The advantage of the first method over each of the others.
  public let differences: [MethodDifference]
  /// The measure by its name in a summary, such as `auroc_40`.
  public let measure: String

  /// - Throws: `ReportingError` where a method lacks trials that the first one has.
  public init(
    measure: String, first: Method, others: [Method], better: TableRecipe.Best,
    dependence: MethodDifference.Dependence
  ) throws {
    self.measure = measure
    self.first = first
    self.others = others
    differences = try others.map { other in
      do {
        return try MethodDifference(
          of: first.scores, over: other.scores, better: better, dependence: dependence)
      } catch let error as ReportingError {
        throw ReportingError("\(other.label): \(error.description)")
      }
    }
    (self.better, self.dependence) = (better, dependence)
  }

  /// A comparison of methods that have one score a split, such as the folds of a cross-validation; the first is held
  /// against the others.
  ///
  /// - Parameters:
  ///   - measure: The measure by its name in a summary.
  ///   - methods: The prefix, the label, the name in sentences (from the label where nil) and the scores of each.
  ///   - better: Which end of the measure is the better one.
  ///   - dependence: How the scores of the splits depend on each other.
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

  private let better: TableRecipe.Best
  private let dependence: MethodDifference.Dependence

  /// Adds every number of the table to a summary: `<prefix><measure>` with `_deviation` between splits and
  /// `_seed_deviation` between seeds, and for the others `_advantage` with `_advantage_low` and `_advantage_high`.
  public func add(to summary: inout [String: Double]) {
    for method in [first] + others {
      method.scores.add(to: &summary, as: method.prefix + measure)
    }
    for (method, difference) in zip(others, differences) {
      let name = method.prefix + measure + "_advantage"
      summary[name] = difference.advantage
      summary[name + "_low"] = difference.interval?.lowerBound
      summary[name + "_high"] = difference.interval?.upperBound
    }
  }

  /// The table of means, both deviations, and the first method's advantage with its interval.
  public func table(name: String, measureLabel: String, digits: Int) -> TableRecipe {
    var rows = [row(first, isFirst: true)]
    rows += others.map { row($0, isFirst: false) }
    return TableRecipe(
      name: name,
      columns: [
        "Method", measureLabel, "deviation between splits", "between seeds", "advantage of \(first.label)",
        "95 % interval",
      ], rows: rows, digits: digits)
  }

  private func row(_ method: Method, isFirst: Bool) -> TableRecipe.Row {
    let name = method.prefix + measure
    let hasInterval = !isFirst && (differences.first?.interval != nil)
    return TableRecipe.Row(
      label: method.label,
      summaryKeys: [
        name, method.scores.splitDeviation == nil ? "" : name + "_deviation",
        method.scores.seedDeviation == nil ? "" : name + "_seed_deviation",
        isFirst ? "" : name + "_advantage",
        hasInterval ? name + "_advantage_low … " + name + "_advantage_high" : "",
      ])
  }

  /// The methods of which this may be said, with the first method's advantage.
  public func methods(_ verdict: MethodDifference.Verdict) -> [(method: Method, difference: MethodDifference)]
  {
    zip(others, differences).filter { $1.verdict == verdict }.map { (method: $0, difference: $1) }
  }

  /// The advantage of the first method over a figure that has no trials, such as a published one; over 0 the interval is
  /// that of its mean.
  public func difference(overFigure figure: Double) throws -> MethodDifference {
    try MethodDifference(of: first.scores, overFigure: figure, better: better, dependence: dependence)
  }

  /// What the numbers say, in one sentence of words that follow from them; in parentheses advantages with intervals.
  public func sentence(digits: Int) -> String {
    guard !others.isEmpty else { return "No other method was measured." }
    func list(_ verdict: MethodDifference.Verdict, _ words: String) -> String? {
      let found = methods(verdict)
      guard !found.isEmpty else { return nil }
      let names = found.map { "\($0.method.name) (\($0.difference.text(digits: digits)))" }
      return words + " " + names.joined(separator: ", ")
    }
    let parts = [
      list(.ahead, "is ahead of"), list(.behind, "is behind"), list(.undecided, "is not told apart from"),
    ].compactMap { $0 }
    return "\(first.label) " + parts.joined(separator: "; ") + "."
  }

  /// How to read the table, for a page: how many trials, and what an interval means.
  public var explanation: String {
    let scores = first.scores
    let trials =
      scores.splitCount == 1
      ? "\(scores.seedCount) \(scores.seedCount == 1 ? "seed" : "seeds") of one split"
      : "\(scores.splitCount) splits of \(scores.seedCount) \(scores.seedCount == 1 ? "seed" : "seeds") each"
    return
      "Every method has the same trials: \(trials). An advantage is the mean over trials of the difference, positive where "
      + "\(first.label) is better; a method is called ahead or behind only where the 95 % interval leaves out 0."
      + (scores.splitCount > 1 ? dependence.explanation : "")
  }
}
