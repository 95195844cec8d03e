import Foundations
public import Tensors

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
  /// - Parameter products: [training, training].
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
