import EnergyTransformer
import Foundation

/// Logistic regression on how often words of k letters stand in a repertoire, or pairs of letters with a gap:
/// which of them, and the ridge, are those that the validation part likes best.
///
/// Counts are shares of a repertoire's words, standardised over the training repertoires.
struct KmerRegression {
  /// Lengths of words to choose from.
  static let lengths = [2, 3, 4]
  /// Ridges to choose from, in units of the mean squared norm of a training example.
  static let ridges = (-5...2).map { pow(10, Double($0)) }
  /// Settings that the validation part of each fold chooses among.
  static var settingCount: Int { (lengths.count + 1) * ridges.count }

  /// The least variance of a word's share, in units of its squared mean.
  private static let leastVariance: Float = 1e-12

  private let data: RepertoireData
  /// What is counted, and its shares, [repertoires, words].
  private let words: [(name: String, shares: Tensor<Float>)]

  init(_ data: RepertoireData) {
    self.data = data
    let ofLetters = Self.lengths.map { length -> (name: String, shares: Tensor<Float>) in
      let rows = Parallelism.map(data.repertoires.count) { index -> [Float] in
        let counts = KmerCounts.counts(of: data.repertoires[index].sequences, length: length)
        let total = Float(max(1, counts.reduce(0) { $0 + Int($1) }))
        return counts.map { Float($0) / total }
      }
      return (
        "\(length) letters", Tensor(shape: [rows.count, rows[0].count], elements: Array(rows.joined()))
      )
    }
    words = ofLetters + [("2 letters with a gap", data.pairs.shares)]
  }

  /// What came out for a fold.
  struct Outcome {
    let scores: [Double]
    let validationAUC: Double
    let words: String
    let ridge: Double
    let seconds: Double
  }

  func run(_ split: StratifiedSplit) throws -> Outcome {
    let started = Date()
    var best: Outcome?
    for (words, shares) in words {
      let products = standardizedProducts(shares, split)
      for ridge in Self.ridges {
        let found = try outcome(products, split, words: words, ridge: ridge, started: started)
        if best.map({ found.validationAUC > $0.validationAUC }) ?? true { best = found }
      }
    }
    guard let best else { fatalError("no words to count") }
    return best
  }

  private func outcome(
    _ products: Tensor<Float>, _ split: StratifiedSplit, words: String, ridge: Double, started: Date
  ) throws -> Outcome {
    let count = products.shape[1]
    let rows = products.elements.map { Double($0) }
    func part(_ rowsOf: Range<Int>) -> [[Double]] {
      rowsOf.map { Array(rows[$0 * count..<($0 + 1) * count]) }
    }
    let (trained, validated) = (split.training.count, split.validation.count)
    let training = part(0..<trained)
    let scale = training.indices.reduce(0) { $0 + training[$1][$1] } / Double(max(1, trained))
    // Training repertoires that no word tells apart have products of 0: any ridge gives weights of 0.
    let model = KernelLogisticRegression(
      products: Array(training.joined()), isPositive: data.labels(split.training),
      ridge: scale > 0 ? ridge * scale : ridge)
    let validation = part(trained..<trained + validated).map { model.logit(products: $0) }
    let test = part(trained + validated..<products.shape[0]).map { model.logit(products: $0) }
    return Outcome(
      scores: test,
      validationAUC: try BinaryScores(validation, isPositive: data.labels(split.validation)).areaUnderROC,
      words: words, ridge: ridge, seconds: Date().timeIntervalSince(started))
  }

  /// The inner products of training, validation and test repertoires with the training repertoires.
  private func standardizedProducts(_ shares: Tensor<Float>, _ split: StratifiedSplit) -> Tensor<Float> {
    let training = shares.gathered(split.training, axis: 0)
    let mean = training.mean(axes: [0], keepingDimensions: true)
    let variance = (training - mean).squared().mean(axes: [0], keepingDimensions: true)
    // A word that no training repertoire differs in, but for rounding of the mean, says nothing.
    let varies = (variance - mean.squared() * Self.leastVariance).greater(than: 0)
    let scale = varies / (variance.squareRoot() + (1 - varies))
    let all = (shares - mean) * scale
    let order = split.training + split.validation + split.test
    return all.gathered(order, axis: 0)
      .matrixProduct(all.gathered(split.training, axis: 0), otherTransposed: true)
  }
}
