import Tensors

/// The equations (V S V + ridge I) z = b of a block of images, each with its own visible pixels V.
struct MaskedCovarianceSystem: Sendable {
  let covariance: Tensor<Float>
  /// The same numbers in double precision.
  let preciseCovariance: Tensor<Double>
  let ridge: Double
  let tolerance: Double
  let iterationLimit: Int

  struct Solution {
    let vector: Tensor<Double>
    let iterations: Int
    let relativeResidual: Double
  }

  init(covariance: Tensor<Float>, ridge: Double, tolerance: Double, iterationLimit: Int) {
    self.covariance = covariance
    preciseCovariance = covariance.converted(to: Double.self)
    self.ridge = ridge
    self.tolerance = tolerance
    self.iterationLimit = iterationLimit
  }

  /// Iterative refinement: the residual in double precision, corrections from conjugate gradient in single.
  ///
  /// - Shape: b and visible [images, pixels]; b is 0 where a pixel is hidden.
  func solve(_ b: Tensor<Double>, visible: Tensor<Double>) throws -> Solution {
    let floatVisible = visible.converted(to: Float.self)
    let size = divisors(b)
    var vector = Tensor<Double>.zeros(b.shape)
    var residual = b
    var iterations = 0
    while true {
      let length = divisors(residual)
      let relative = (rowSum(residual.squared()).squareRoot() / size).maximum(axis: 0).scalar
      if relative <= tolerance {
        return Solution(vector: vector, iterations: iterations, relativeResidual: relative)
      }
      if iterations >= iterationLimit || !relative.isFinite {
        throw CompletionNotConverged(
          description: "conditional mean: relative residual \(relative) after \(iterations) iterations, "
            + "expected at most \(tolerance); a larger ridge than \(ridge) converges faster")
      }
      // Single precision cannot gain more than about five digits at a time.
      let target = max(1e-5, 0.5 * tolerance / relative)
      let correction = conjugateGradient(
        (residual / length).converted(to: Float.self), visible: floatVisible, target: Float(target),
        limit: iterationLimit - iterations)
      iterations += correction.iterations
      vector = vector + correction.vector.converted(to: Double.self) * length
      residual = b - product(vector, preciseCovariance, visible: visible)
    }
  }

  /// Conjugate gradient from 0 for right-hand sides of length 1 (or 0), until every residual is within `target`.
  private func conjugateGradient(
    _ b: Tensor<Float>, visible: Tensor<Float>, target: Float, limit: Int
  ) -> (vector: Tensor<Float>, iterations: Int) {
    // Where a row is solved exactly both squares are 0; the bound makes its steps 0 instead of 0 / 0.
    let tiny = Float.leastNormalMagnitude
    var vector = Tensor<Float>.zeros(b.shape)
    var residual = b
    var direction = b
    var square = rowSum(b.squared())
    for iteration in 0..<limit {
      if square.maximum(axis: 0).scalar <= target * target { return (vector, iteration) }
      let image = product(direction, covariance, visible: visible)
      let step = square / rowSum(direction * image).atLeast(tiny)
      vector = vector + direction * step
      residual = residual - image * step
      let next = rowSum(residual.squared())
      direction = residual + direction * (next / square.atLeast(tiny))
      square = next
    }
    return (vector, limit)
  }

  private func product<Scalar>(
    _ x: Tensor<Scalar>, _ covariance: Tensor<Scalar>, visible: Tensor<Scalar>
  ) -> Tensor<Scalar> {
    // x is 0 at the hidden pixels already, so V is needed once.
    x.matrixProduct(covariance) * visible + x * Scalar(ridge)
  }

  private func rowSum<Scalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    x.sum(axes: [1], keepingDimensions: true)
  }

  /// The length of each row, [images, 1], and 1 for a row of zeros.
  private func divisors(_ x: Tensor<Double>) -> Tensor<Double> {
    let length = rowSum(x.squared()).squareRoot()
    return length + length.equals(.zeros(length.shape))
  }
}
