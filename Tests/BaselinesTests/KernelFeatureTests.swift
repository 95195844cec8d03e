import Baselines
import Foundation
import Tensors
import TestSupport
import Testing

/// Kernel logistic regression on features, against the features themselves.
@Suite("kernel logistic regression on features") struct KernelFeatureTests {
  /// Six examples of three features, the last of them the same everywhere among those that are learned from.
  private let features = Tensor<Float>(
    shape: [6, 3], elements: [1, 10, 5, 2, -3, 5, 4, 0, 5, 0.5, 2, 5, 3, 7, 6, -2, 1, 5])
  private let training = [0, 1, 3, 5]

  @Test("products are those of standardised features, without those that do not vary")
  func products() {
    let found = KernelLogisticRegression.standardizedProducts(
      of: features, training: training, examples: [4, 0, 2])
    #expect(found.shape == [3, 4])
    func standardized(_ example: Int, _ column: Int) -> Double {
      let values = training.map { Double(features.elements[$0 * 3 + column]) }
      let mean = values.reduce(0, +) / 4
      let squares = values.map { ($0 - mean) * ($0 - mean) }
      let deviation = (squares.reduce(0, +) / 4).squareRoot()
      return deviation == 0 ? 0 : (Double(features.elements[example * 3 + column]) - mean) / deviation
    }
    for (row, example) in [4, 0, 2].enumerated() {
      for (column, other) in training.enumerated() {
        var product = 0.0
        for feature in 0..<3 { product += standardized(example, feature) * standardized(other, feature) }
        let value = Double(found.elements[row * 4 + column])
        #expect(abs(value - product) < 1e-5)
      }
    }
  }

  @Test("a relative ridge is the ridge over the mean squared length; logits are those of single examples")
  func relativeRidge() {
    let isPositive = [true, false, true, false]
    let products = KernelLogisticRegression.standardizedProducts(
      of: features, training: training, examples: training)
    let elements = products.elements.map { Double($0) }
    let mean = (elements[0] + elements[5] + elements[10] + elements[15]) / 4
    let relative = KernelLogisticRegression(
      products: products, isPositive: isPositive, relativeRidge: 0.3)
    let absolute = KernelLogisticRegression(products: elements, isPositive: isPositive, ridge: 0.3 * mean)
    #expect(relative.coefficients == absolute.coefficients && relative.offset == absolute.offset)
    let others = KernelLogisticRegression.standardizedProducts(
      of: features, training: training, examples: [2, 4])
    let rows = others.elements.map { Double($0) }
    let single = [Array(rows[0..<4]), Array(rows[4..<8])].map { absolute.logit(products: $0) }
    #expect(relative.logits(products: others) == single)
    // Examples that no feature tells apart.
    let alike = KernelLogisticRegression(
      products: .zeros([4, 4]), isPositive: isPositive, relativeRidge: 0.3)
    #expect(alike.coefficients.allSatisfy { $0.isFinite })
    #expect(alike.logits(products: .zeros([1, 4])) == [alike.offset])
  }

  @Test("a choice is the setting that validation examples like best, of equals the first")
  func choice() {
    let isPositive = [true, false, true, false, true, false]
    let other = Tensor<Float>(shape: [6, 2], elements: [3, 1, -1, 2, 2, 2, 0.5, -4, 6, 0, 1, 1])
    let ridges = [0.01, 1, 100]
    func found(_ set: Tensor<Float>, _ ridge: Double, _ examples: [Int]) -> [Double] {
      func products(_ rows: [Int]) -> Tensor<Float> {
        KernelLogisticRegression.standardizedProducts(of: set, training: training, examples: rows)
      }
      return KernelLogisticRegression(
        products: products(training), isPositive: training.map { isPositive[$0] }, relativeRidge: ridge
      ).logits(products: products(examples))
    }
    // Scores that fall with the setting, that rise with it, and that are all the same.
    for sign in [1.0, -1, 0] {
      let choice = KernelLogisticRegression.choice(
        among: [features, other], relativeRidges: ridges, isPositive: isPositive, training: training,
        validation: [4], test: [2, 0]
      ) { logits, labels in
        #expect(logits.count == 1 && labels == [true])
        return sign * logits[0]
      }
      var (best, expected) = (-Double.infinity, (set: 0, ridge: 0.0))
      for (index, set) in [features, other].enumerated() {
        for ridge in ridges where sign * found(set, ridge, [4])[0] > best {
          (best, expected) = (sign * found(set, ridge, [4])[0], (index, ridge))
        }
      }
      #expect(choice.features == expected.set && choice.ridge == expected.ridge)
      #expect(choice.validationScore == best)
      let logits = found([features, other][expected.set], expected.ridge, [2, 0])
      #expect(zip(choice.logits, logits).allSatisfy { abs($0 - $1) < 1e-5 } && choice.logits.count == 2)
    }
  }
}
