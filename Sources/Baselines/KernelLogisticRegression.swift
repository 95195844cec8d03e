import Foundation
import Foundations
import Tensors

/// Logistic regression with a ridge, in terms of the inner products of the examples: for many more features
/// than examples.
///
/// It minimises sum over examples of log(1 + e^(-y f)) + ridge / 2 |w|^2 with f = w · x + b and w = sum of
/// a_i x_i, by Newton steps (iteratively reweighted least squares) on a and b.
///
/// - Cost: examples^3 / 3 operations per step, about ten steps; memory for examples^2 numbers.
public struct KernelLogisticRegression: Sendable {
  /// The weight a of each training example.
  public let coefficients: [Double]
  /// b.
  public let offset: Double

  private static let mostSteps = 50

  /// Fits examples by their inner products.
  ///
  /// - Parameters:
  ///   - products: x_i · x_j of all pairs of training examples, row by row.
  ///   - isPositive: The class of each; both occur.
  ///   - ridge: The strength of the penalty on large weights, above 0.
  public init(products: [Double], isPositive: [Bool], ridge: Double) {
    let count = isPositive.count
    require(products.count == count * count, "\(products.count) products of \(count) examples")
    require(ridge > 0 && ridge.isFinite, "ridge \(ridge), expected a positive number")
    require(isPositive.contains(true) && isPositive.contains(false), "all examples are of one class")
    var (coefficients, offset) = ([Double](repeating: 0, count: count), 0.0)
    for _ in 0..<Self.mostSteps {
      let next = Self.step(products, isPositive, ridge, coefficients, offset)
      let change = zip(next.coefficients, coefficients).reduce(abs(next.offset - offset)) {
        max($0, abs($1.0 - $1.1))
      }
      (coefficients, offset) = next
      if change < 1e-10 * (1 + abs(offset)) { break }
    }
    (self.coefficients, self.offset) = (coefficients, offset)
  }

  /// The logit of an example, from its inner products with the training examples.
  public func logit(products: [Double]) -> Double {
    require(products.count == coefficients.count, "\(products.count) products, not \(coefficients.count)")
    return zip(products, coefficients).reduce(offset) { $0 + $1.0 * $1.1 }
  }

  /// A Newton step: (K + ridge W^-1) a + b = working responses, with the sum of a being 0.
  private static func step(
    _ products: [Double], _ isPositive: [Bool], _ ridge: Double, _ coefficients: [Double], _ offset: Double
  ) -> (coefficients: [Double], offset: Double) {
    let count = isPositive.count
    var matrix = products
    var responses = [Double](repeating: 0, count: count)
    for row in 0..<count {
      var logit = offset
      for column in 0..<count { logit += products[row * count + column] * coefficients[column] }
      let probability = 1 / (1 + exp(-logit))
      // Far from the boundary a weight vanishes; the bound keeps the step finite there.
      let weight = max(probability * (1 - probability), 1e-6)
      matrix[row * count + row] += ridge / weight
      responses[row] = logit + ((isPositive[row] ? 1 : 0) - probability) / weight
    }
    let factor = CholeskyFactor(matrix, size: count)
    let ofResponses = factor.solved(responses)
    let ofOnes = factor.solved(Array(repeating: 1, count: count))
    let next = ofResponses.reduce(0, +) / ofOnes.reduce(0, +)
    return (zip(ofResponses, ofOnes).map { $0 - next * $1 }, next)
  }
}

/// L with L Lᵀ a symmetric positive definite matrix.
private struct CholeskyFactor {
  private var lower: [Double]
  private let size: Int

  init(_ matrix: [Double], size: Int) {
    self.size = size
    lower = matrix
    lower.withUnsafeMutableBufferPointer { l in
      for row in 0..<size {
        for column in 0...row {
          var sum = l[row * size + column]
          for k in 0..<column { sum -= l[row * size + k] * l[column * size + k] }
          if row == column {
            require(sum > 0, "a matrix of inner products is not positive definite")
            l[row * size + row] = sum.squareRoot()
          } else {
            l[row * size + column] = sum / l[column * size + column]
          }
        }
      }
    }
  }

  /// x with L Lᵀ x = right.
  func solved(_ right: [Double]) -> [Double] {
    var x = right
    for row in 0..<size {
      for column in 0..<row { x[row] -= lower[row * size + column] * x[column] }
      x[row] /= lower[row * size + row]
    }
    for row in (0..<size).reversed() {
      for column in (row + 1)..<size { x[row] -= lower[column * size + row] * x[column] }
      x[row] /= lower[row * size + row]
    }
    return x
  }
}
