/// The predictions of a threshold on scores: a score of at least the threshold is predicted positive.
public struct OperatingPoint: Sendable, Equatable {
  /// The threshold.
  public let threshold: Double
  /// The number of positive examples at or above the threshold.
  public let truePositives: Int
  /// The number of negative examples at or above the threshold.
  public let falsePositives: Int
  /// The number of positive examples.
  public let positives: Int
  /// The number of negative examples.
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

  /// How often examples of each class, negative first, are predicted as each.
  public var confusion: ConfusionMatrix {
    ConfusionMatrix(counts: [
      [negatives - falsePositives, falsePositives], [positives - truePositives, truePositives],
    ])
  }
}
