public import Tensors

extension KernelLogisticRegression {
  /// The setting that validation examples like best, and what it says about tested ones.
  public struct Choice: Equatable, Sendable {
    /// The set of features, by its index.
    public let features: Int
    /// The ridge, in units of the mean squared length of a training example.
    public let ridge: Double
    /// The score of the validation examples.
    public let validationScore: Double
    /// The logits of the tested examples.
    public let logits: [Double]
  }

  /// Fits training examples by several sets of features with several ridges, and keeps the setting of the highest
  /// validation score; of equals the first.
  ///
  /// - Parameters:
  ///   - features: The sets of features, [examples, features] each, standardised over the training examples.
  ///   - ridges: Ridges in units of the mean squared length of a training example.
  ///   - isPositive: The class of every example.
  ///   - score: How well logits tell classes, such as the area under the ROC curve.
  public static func choice(
    among features: [Tensor<Float>], relativeRidges ridges: [Double], isPositive: [Bool],
    training: [Int], validation: [Int], test: [Int],
    score: (_ logits: [Double], _ isPositive: [Bool]) throws -> Double
  ) rethrows -> Choice {
    let learned = training.count
    let validated = learned + validation.count
    let (labels, others) = (training.map { isPositive[$0] }, validation.map { isPositive[$0] })
    var best: Choice?
    for (index, set) in features.enumerated() {
      let products = standardizedProducts(of: set, training: training, examples: training + validation + test)
      func part(_ range: Range<Int>) -> Tensor<Float> { products.sliced(axis: 0, range) }
      for ridge in ridges {
        let model = KernelLogisticRegression(
          products: part(0..<learned), isPositive: labels, relativeRidge: ridge)
        let found = try score(model.logits(products: part(learned..<validated)), others)
        if let best, best.validationScore >= found { continue }
        best = Choice(
          features: index, ridge: ridge, validationScore: found,
          logits: model.logits(products: part(validated..<products.shape[0])))
      }
    }
    guard let best else { fatalError("a choice among no features or no ridges") }
    return best
  }
}
