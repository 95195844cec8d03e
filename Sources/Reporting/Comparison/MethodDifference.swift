import Foundations

/// How much better one method did than another on the same trials, and whether that is more than chance.
///
/// d_j is the advantage on trial j (the means over seeds of a split; single seeds where there is one split). The interval
/// is mean d ± t sqrt((1/J + q) s²), with s² the sample variance of the J advantages, t the quantile of Student's
/// distribution for J - 1 degrees of freedom, and q the correction for trials that share training data.
///
/// Source: Nadeau and Bengio 2003, "Inference for the generalization error", the corrected resampled t test.
public struct MethodDifference: Equatable, Sendable {
  /// What the trials have in common.
  public enum Dependence: Equatable, Sendable {
    /// Nothing but the data: q = 0. Seeds of weights on one split; the interval then speaks of the luck of trainings
    /// alone, not of other data.
    case independent
    /// Training sets that overlap, as in the folds of a cross-validation and in random splits: q is the number of
    /// examples a trial is judged on over the number it learns from.
    case overlappingTraining(testCount: Int, trainingCount: Int)

    var correction: Double {
      switch self {
      case .independent: 0
      case .overlappingTraining(let test, let training): Double(test) / Double(training)
      }
    }

    /// How the interval allows for it, a sentence behind others; empty for independent trials.
    var explanation: String {
      guard case .overlappingTraining = self else { return "" }
      return
        " Trials have examples to learn from in common: the interval is that of the corrected resampled t test, with "
        + "\(NumberText.fixed(correction, digits: 3)) examples judged for each learned from, wider than one that takes "
        + "trials for independent."
    }
  }

  /// The verdict on two methods.
  public enum Verdict: String, Equatable, Sendable {
    /// The whole interval lies on the first method's side.
    case ahead
    /// The whole interval lies on the other's side.
    case behind
    /// The interval holds 0, or there are fewer than three trials.
    case undecided = "not told apart"

    /// The verdict that the interval of an advantage allows; nil for a single trial.
    public init(interval: ClosedRange<Double>?, trialCount: Int) {
      guard trialCount >= minimumTrialCount, let interval else {
        self = .undecided
        return
      }
      self = interval.lowerBound > 0 ? .ahead : interval.upperBound < 0 ? .behind : .undecided
    }
  }

  /// The share of intervals that hold the true difference.
  public static let confidence = 0.95
  /// The number of trials below which the verdict is open.
  public static let minimumTrialCount = 3

  /// The mean advantage of the first method, positive where it is the better one.
  public let advantage: Double
  /// The 95 % interval of the advantage; nil for a single trial.
  public let interval: ClosedRange<Double>?
  /// The number of trials J.
  public let trialCount: Int

  /// The advantage of `first` over `second`, which were scored on the same trials.
  ///
  /// - Throws: `ReportingError` where the numbers of splits or seeds differ.
  public init(
    of first: TrialScores, over second: TrialScores, better: TableRecipe.Best, dependence: Dependence
  ) throws {
    guard first.splitCount == second.splitCount, first.seedCount == second.seedCount else {
      throw ReportingError(
        "comparison: \(first.splitCount) splits of \(first.seedCount) seeds beside \(second.splitCount) of "
          + "\(second.seedCount), expected the same trials of both methods")
    }
    if case .overlappingTraining(let test, let training) = dependence {
      require(
        test > 0 && training > 0,
        "\(test) examples judged and \(training) learned from, expected some of both")
    }
    let isOneSplit = first.splitCount == 1
    let ours = isOneSplit ? first.values[0] : first.splitMeans
    let theirs = isOneSplit ? second.values[0] : second.splitMeans
    let sign = better == .highest ? 1.0 : -1.0
    let advantages = zip(ours, theirs).map { sign * ($0 - $1) }
    let count = Double(advantages.count)
    trialCount = advantages.count
    let mean = advantages.reduce(0) { $0 + $1 / count }
    advantage = mean
    guard trialCount > 1 else {
      interval = nil
      return
    }
    // With one split there is no other training set to overlap with.
    let correction = isOneSplit ? 0 : dependence.correction
    let error = ((1 / count + correction) * TrialScores.variance(advantages)).squareRoot()
    let reach = error * StudentDistribution.centralQuantile(Self.confidence, degreesOfFreedom: trialCount - 1)
    interval = (mean - reach)...(mean + reach)
  }

  /// The advantage over a figure that has no trials, such as a published one; over 0 the interval is that of the mean.
  public init(
    of scores: TrialScores, overFigure figure: Double, better: TableRecipe.Best, dependence: Dependence
  ) throws {
    let figures = try TrialScores(scores.values.map { $0.map { _ in figure } })
    try self.init(of: scores, over: figures, better: better, dependence: dependence)
  }

  /// The verdict that the interval allows.
  public var verdict: Verdict { Verdict(interval: interval, trialCount: trialCount) }

  /// The advantage with its interval, such as "0.025, 0.010 … 0.040".
  public func text(digits: Int) -> String {
    let number = { NumberText.fixed($0, digits: digits) }
    guard let interval else { return "\(number(advantage)), one trial" }
    return "\(number(advantage)), \(number(interval.lowerBound)) … \(number(interval.upperBound))"
  }
}
