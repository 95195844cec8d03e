import Baselines
import EnergyTransformer
import Foundation

/// Logistic regression on how often words of k letters stand in a repertoire, or pairs of letters with a gap:
/// which of them, and the ridge, are those that the validation part likes best.
///
/// Counts are shares of a repertoire's words, standardised over the training repertoires.
struct KmerRegression {
  /// Lengths of words to choose from.
  private static let lengths = [2, 3, 4]
  /// Ridges to choose from, in units of the mean squared norm of a training example.
  private static let ridges = (-5...2).map { pow(10, Double($0)) }
  /// Settings that the validation part of each fold chooses among.
  static var settingCount: Int { (lengths.count + 1) * ridges.count }

  private let data: RepertoireSet
  /// What is counted, and its shares, [repertoires, words].
  private let words: [(name: String, shares: Tensor<Float>)]

  init(_ data: RepertoireSet) {
    self.data = data
    let sequences = data.repertoires.map(\.sequences)
    words =
      Self.lengths.map { ("\($0) letters", KmerCounts.shares(of: sequences, length: $0)) }
      + [("2 letters with a gap", data.pairs.shares)]
  }

  func run(_ split: StratifiedSplit) throws -> FoldOutcome {
    let best = try KernelLogisticRegression.choice(
      among: words.map(\.shares), relativeRidges: Self.ridges, isPositive: data.isPositive,
      training: split.training, validation: split.validation, test: split.test
    ) { try BinaryScores($0, isPositive: $1).areaUnderROC }
    return FoldOutcome(
      scores: best.logits, validationAUC: best.validationScore,
      choice: " with words of \(words[best.features].name), ridge \(best.ridge)")
  }
}
