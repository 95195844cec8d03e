import Foundations
import Tensors

/// Scores of examples of two classes, the higher the more likely positive, ranked once for all measures.
///
/// - Cost: Construction sorts the scores; each measure then goes over them once.
public struct BinaryScores: Sendable {
  /// The examples of one score.
  struct Tie: Sendable {
    let score: Double
    var positives = 0
    var negatives = 0
  }
  /// The distinct scores, falling.
  let ties: [Tie]

  /// The number of positive examples.
  public let positiveCount: Int
  /// The number of negative examples.
  public let negativeCount: Int

  /// Ranks scores.
  ///
  /// - Parameters:
  ///   - scores: Any increasing function of the probability of the positive class, such as a logit.
  ///   - isPositive: Whether each example is positive.
  /// - Throws: `MetricError` for no scores, and for one that is not finite (named by its position).
  public init<Scalar: BinaryFloatingPoint>(_ scores: [Scalar], isPositive: [Bool]) throws {
    require(scores.count == isPositive.count, "\(scores.count) scores and \(isPositive.count) labels")
    guard !scores.isEmpty else { throw MetricError("scores: expected at least one") }
    if let bad = scores.firstIndex(where: { !$0.isFinite }) {
      throw MetricError("score \(bad) is \(scores[bad]), expected a finite number")
    }
    var ties: [Tie] = []
    for (score, isPositive) in zip(scores, isPositive).sorted(by: { $0.0 > $1.0 }) {
      if ties.last.map({ $0.score != Double(score) }) ?? true { ties.append(Tie(score: Double(score))) }
      if isPositive { ties[ties.count - 1].positives += 1 } else { ties[ties.count - 1].negatives += 1 }
    }
    self.ties = ties
    positiveCount = ties.reduce(0) { $0 + $1.positives }
    negativeCount = ties.reduce(0) { $0 + $1.negatives }
  }

  /// The area under the ROC curve: the probability that a positive example scores higher than a negative one, equal
  /// scores counting half (mid-ranks).
  ///
  /// - Throws: `MetricError` where one class has no examples.
  public var areaUnderROC: Double {
    get throws {
      try requireBothClasses("AUROC")
      // Twice the number of pairs in order, exact in integers.
      var (above, ordered) = (0, 0)
      for tie in ties {
        ordered += tie.negatives * (2 * above + tie.positives)
        above += tie.positives
      }
      return Double(ordered) / 2 / Double(positiveCount) / Double(negativeCount)
    }
  }

  /// Average precision: sum over the distinct scores, falling, of (gain in recall) * precision, which is the area under
  /// the precision-recall curve drawn in steps.
  ///
  /// Examples of one score enter together, as in scikit-learn; nothing is interpolated.
  /// - Throws: `MetricError` where no example is positive.
  public var averagePrecision: Double {
    get throws {
      guard positiveCount > 0 else {
        throw MetricError("average precision: none of \(negativeCount) labels is positive")
      }
      var (truePositives, predicted, sum) = (0, 0, 0.0)
      for tie in ties {
        truePositives += tie.positives
        predicted += tie.positives + tie.negatives
        sum += Double(tie.positives) * (Double(truePositives) / Double(predicted))
      }
      return sum / Double(positiveCount)
    }
  }

  /// The predictions of a threshold: a score of at least the threshold is predicted positive.
  public func operatingPoint(at threshold: Double) -> OperatingPoint {
    let above = ties.prefix { $0.score >= threshold }
    return point(
      threshold, above.reduce(0) { $0 + $1.positives }, above.reduce(0) { $0 + $1.negatives })
  }

  /// The threshold with the best macro-F1; of equally good ones the highest.
  ///
  /// Every way to cut the ranking is considered: above the largest score, half-way between neighbouring distinct scores
  /// and at the smallest, which predicts every example positive. Choose it on validation scores; scores of `Float` are
  /// to be compared in `Double`.
  public var bestThreshold: OperatingPoint {
    var best = point(ties[0].score.nextUp, 0, 0)
    for (index, candidate) in operatingPoints.dropFirst().enumerated()
    where candidate.macroF1 > best.macroF1 {
      let lower = index + 1 < ties.count ? ties[index + 1].score : nil
      best = point(
        Self.middle(ties[index].score, lower), candidate.truePositives, candidate.falsePositives)
    }
    return best
  }

  /// A number above `lower` and at most `upper`, half-way where that can be written.
  private static func middle(_ upper: Double, _ lower: Double?) -> Double {
    guard let lower else { return upper }
    let middle = lower / 2 + upper / 2
    return middle > lower && middle <= upper ? middle : upper
  }

  func point(_ threshold: Double, _ truePositives: Int, _ falsePositives: Int) -> OperatingPoint {
    OperatingPoint(
      threshold: threshold, truePositives: truePositives, falsePositives: falsePositives,
      positives: positiveCount, negatives: negativeCount)
  }

  func requireBothClasses(_ measure: String) throws {
    guard positiveCount > 0 && negativeCount > 0 else {
      let found = positiveCount == 0 ? "negative" : "positive"
      throw MetricError(
        "\(measure): all \(positiveCount + negativeCount) labels are \(found), expected both classes")
    }
  }
}

/// Scores for which a metric is not defined; one line that says which, and what was expected.
public struct MetricError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The one line.
  public let description: String

  /// An error with this line.
  public init(_ description: String) { self.description = description }
}
