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

  private let data: Repertoires
  /// What is counted, and its shares, [repertoires, words].
  private let words: [(name: String, shares: Tensor<Float>)]

  init(_ data: Repertoires) {
    self.data = data
    let sequences = data.all.map(\.sequences)
    words =
      Self.lengths.map { ("\($0) letters", KmerCounts.shares(of: sequences, length: $0)) }
      + [("2 letters with a gap", data.pairs.shares)]
  }

  func run(_ split: StratifiedSplit) throws -> FoldOutcome {
    var best: FoldOutcome?
    for (words, shares) in words {
      let products = KernelLogisticRegression.standardizedProducts(
        of: shares, training: split.training, examples: split.training + split.validation + split.test)
      let (trained, validated) = (split.training.count, split.training.count + split.validation.count)
      func part(_ range: Range<Int>) -> Tensor<Float> { products.sliced(axis: 0, range) }
      for ridge in Self.ridges {
        let model = KernelLogisticRegression(
          products: part(0..<trained), isPositive: data.labels(split.training), relativeRidge: ridge)
        let auc = try BinaryScores(
          model.logits(products: part(trained..<validated)), isPositive: data.labels(split.validation)
        ).areaUnderROC
        if let best, best.validationAUC >= auc { continue }
        best = FoldOutcome(
          scores: model.logits(products: part(validated..<products.shape[0])), validationAUC: auc,
          choice: " with words of \(words), ridge \(ridge)")
      }
    }
    guard let best else { fatalError("no words to count") }
    return best
  }
}
