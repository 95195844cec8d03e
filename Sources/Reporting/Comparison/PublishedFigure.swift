/// A figure that others published of the measure of a comparison, from splits and tuning of their own.
public struct PublishedFigure: Equatable, Sendable {
  /// What tables call its method.
  public let label: String
  public let mean: Double
  /// The deviation that was published with it; 0 where none was.
  public let deviation: Double
  /// What its method was judged on, such as `not seen in training`.
  public let judgedOn: String
  /// Whether it answers the question of this comparison, so that the interval is held beside it.
  public let isComparable: Bool

  /// A figure in the units of the comparison.
  public init(
    label: String, mean: Double, deviation: Double, judgedOn: String, isComparable: Bool = true
  ) {
    (self.label, self.mean, self.deviation) = (label, mean, deviation)
    (self.judgedOn, self.isComparable) = (judgedOn, isComparable)
  }
}

extension MethodDifference.Verdict {
  /// Where an interval lies beside a single figure: above, below, or not told apart.
  public var place: String {
    switch self {
    case .ahead: "above"
    case .behind: "below"
    case .undecided: rawValue
    }
  }
}

extension PageSection {
  /// Adds a table of published figures below the first method of a comparison, whose mean has an interval that knows the
  /// chance of this page alone; nothing of it enters the record.
  ///
  /// - Parameters:
  ///   - figures: The published figures.
  ///   - comparison: A measure of which higher is better, so that ahead is above.
  ///   - judgedOn: What the first method was judged on.
  ///   - measureLabel: What the table calls the measure.
  ///   - judgedOnLabel: What it calls that on which methods are judged.
  ///   - scale: What every figure is multiplied with, such as 100 for percent.
  ///   - digits: Digits behind the decimal point.
  /// - Returns: The verdicts on the comparable figures, in their order.
  public mutating func addPublished(
    _ figures: [PublishedFigure], beside comparison: MethodComparison, judgedOn: String,
    measureLabel: String, judgedOnLabel: String, scale: Double = 1, digits: Int
  ) throws -> [MethodDifference.Verdict] {
    var table = MarkdownTable(columns: [
      "method", measureLabel, judgedOnLabel, "the interval of this page beside it",
    ])
    let interval = try comparison.difference(overFigure: 0).interval
    table.addRow([
      .text("\(comparison.first.label), this page"),
      .number(scale * comparison.first.scores.mean, digits: digits), .text(judgedOn),
      interval.map {
        .interval(from: scale * $0.lowerBound, to: scale * $0.upperBound, digits: digits)
      } ?? .missing,
    ])
    var verdicts: [MethodDifference.Verdict] = []
    for figure in figures {
      let (mean, deviation) = (scale * figure.mean, scale * figure.deviation)
      let verdict =
        figure.isComparable ? try comparison.difference(overFigure: figure.mean).verdict : nil
      if let verdict { verdicts.append(verdict) }
      table.addRow([
        .text(figure.label),
        deviation > 0
          ? .spread(mean: mean, deviation: deviation, digits: digits) : .number(mean, digits: digits),
        .text(figure.judgedOn), verdict.map { .text($0.place) } ?? .missing,
      ])
    }
    addTable(table)
    return verdicts
  }
}
