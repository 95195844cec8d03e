import Foundations
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
  ///   - training: The examples that are fitted, by their indices.
  ///   - validation: Those that the setting is chosen by.
  ///   - test: Those whose logits are returned.
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

extension KernelLogisticRegression {
  /// Inner products of some examples with those that are learned from, of features standardised over the latter.
  ///
  /// A feature that does not vary among them, but for rounding of its mean, says nothing and becomes 0.
  ///
  /// - Parameters:
  ///   - features: [examples, features].
  ///   - training: The examples that are learned from.
  ///   - examples: The rows of the result.
  /// - Returns: [examples, training].
  public static func standardizedProducts(
    of features: Tensor<Float>, training: [Int], examples: [Int]
  ) -> Tensor<Float> {
    /// The least variance, in units of the squared mean.
    let leastVariance: Float = 1e-12
    let learned = features.gathered(training, axis: 0)
    let mean = learned.mean(axes: [0], keepingDimensions: true)
    let variance = (learned - mean).squared().mean(axes: [0], keepingDimensions: true)
    let varies = (variance - mean.squared() * leastVariance).greater(than: 0)
    let scale = varies / (variance.squareRoot() + (1 - varies))
    let all = (features - mean) * scale
    return all.gathered(examples, axis: 0)
      .matrixProduct(all.gathered(training, axis: 0), otherTransposed: true)
  }

  /// Fits examples by their inner products, with a ridge in units of the mean squared length of an example; where all
  /// have length 0, any ridge gives weights of 0.
  ///
  /// - Parameters:
  ///   - products: [training, training].
  ///   - isPositive: The class of every example.
  ///   - ridge: The ridge in that unit, above 0.
  public init(products: Tensor<Float>, isPositive: [Bool], relativeRidge ridge: Double) {
    let count = isPositive.count
    require(products.shape == [count, count], "products of shape \(products.shape) of \(count) examples")
    let elements = products.elements.map { Double($0) }
    let scale = (0..<count).reduce(0) { $0 + elements[$1 * count + $1] } / Double(max(1, count))
    self.init(products: elements, isPositive: isPositive, ridge: scale > 0 ? ridge * scale : ridge)
  }

  /// The logits of examples, from their inner products with the training examples, [examples, training].
  public func logits(products: Tensor<Float>) -> [Double] {
    let (elements, count) = (products.elements.map { Double($0) }, coefficients.count)
    require(
      products.rank == 2 && products.shape[1] == count,
      "products of shape \(products.shape) with \(count) training examples")
    return (0..<products.shape[0]).map { logit(products: Array(elements[$0 * count..<($0 + 1) * count])) }
  }
}
