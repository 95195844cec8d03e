/// What a threshold on scores gives: a score of at least the threshold is predicted positive.
public struct OperatingPoint: Sendable, Equatable {
  /// The threshold.
  public let threshold: Double
  /// Positive examples at or above the threshold.
  public let truePositives: Int
  /// Negative examples at or above the threshold.
  public let falsePositives: Int
  /// All positive examples.
  public let positives: Int
  /// All negative examples.
  public let negatives: Int

  package init(
    threshold: Double, truePositives: Int, falsePositives: Int, positives: Int, negatives: Int
  ) {
    (self.threshold, self.truePositives, self.falsePositives) = (threshold, truePositives, falsePositives)
    (self.positives, self.negatives) = (positives, negatives)
  }

  /// The share of the positives that are predicted so; also the true positive rate. NaN where there are none.
  public var recall: Double { Double(truePositives) / Double(positives) }

  /// The share of the negatives that are predicted positive. NaN where there are none.
  public var falsePositiveRate: Double { Double(falsePositives) / Double(negatives) }

  /// The share of the predicted positives that are positive; 1 where none is predicted.
  public var precision: Double {
    let predicted = truePositives + falsePositives
    return predicted == 0 ? 1 : Double(truePositives) / Double(predicted)
  }

  /// Macro-F1, the mean of the F1 of both classes; of one class where the other is neither label nor prediction.
  public var macroF1: Double {
    let errors = positives - truePositives + falsePositives
    let trueNegatives = negatives - falsePositives
    if errors == 0 { return 1 }
    func f1(_ hits: Int) -> Double { Double(2 * hits) / Double(2 * hits + errors) }
    return (f1(truePositives) + f1(trueNegatives)) / 2
  }

  /// How often each class, negative first, was taken for each.
  public var confusion: ConfusionMatrix {
    ConfusionMatrix(counts: [
      [negatives - falsePositives, falsePositives], [positives - truePositives, truePositives],
    ])
  }
}
