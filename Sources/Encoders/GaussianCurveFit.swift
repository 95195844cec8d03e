import Foundation
import Tensors

/// The Gaussian over positions whose mixture of values is nearest to an answer, for one head.
struct GaussianCurveFit {
  /// The centre and the width of a Gaussian.
  struct Curve: Sendable {
    var mean: Double, deviation: Double
  }

  private let products: UnsafeBufferPointer<Double>
  private let length: Int
  private let positions: [Double]
  private let starts: [(curve: Curve, weights: [Double])]
  /// A M Aᵀ of each start.
  private let quadratics: [Double]

  private static let stepLimit = 60
  /// Far centres of wide Gaussians are slopes that fall from one end to the other; further out nothing changes any more.
  private static let meanRange = -100.0...100.0
  /// From a tenth of the distance of two tokens, where one token has all the weight.
  private let deviationRange: ClosedRange<Double>

  init(
    products: UnsafeBufferPointer<Double>, length: Int, starts: [(curve: Curve, weights: [Double])]
  ) {
    (self.products, self.length, self.starts) = (products, length, starts)
    positions = GaussianWeighting.positions(count: length)
    deviationRange = 0.2 / Double(max(1, length - 1))...200
    quadratics = starts.map { start in
      let moved = Self.times(products, start.weights)
      return Self.dot(start.weights, moved)
    }
  }

  /// A grid of Gaussians, and a narrow one on each token, with their weights.
  static func starts(length: Int) -> [(curve: Curve, weights: [Double])] {
    let positions = GaussianWeighting.positions(count: length)
    let means = (0...16).map { -1 + Double($0) / 8 }
    let deviations = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 5]
    let wide = means.flatMap { mean in deviations.map { Curve(mean: mean, deviation: $0) } }
    let narrow = positions.map { Curve(mean: $0, deviation: 1 / Double(max(1, length - 1))) }
    return (wide + narrow).map { ($0, weights($0, positions)) }
  }

  /// The best Gaussian for c = `overlaps`.
  func best(overlaps: UnsafeBufferPointer<Double>) -> Curve {
    var curve = Curve(mean: 0, deviation: 1)
    var loss = Double.infinity
    for (start, quadratic) in zip(starts, quadratics) {
      let found = quadratic - 2 * Self.dot(start.weights, overlaps)
      if found < loss { (curve, loss) = (start.curve, found) }
    }
    var damping = 1e-3
    for _ in 0..<Self.stepLimit {
      let step = gaussNewton(at: curve, overlaps)
      var improved = false
      while damping <= 1e9 {
        let next = moved(curve, step, damping: damping)
        let found = self.loss(at: next, overlaps)
        if found < loss {
          let gain = loss - found
          (curve, loss, improved) = (next, found, true)
          damping = max(1e-9, damping / 10)
          if gain <= 1e-9 * abs(loss) { return curve }
          break
        }
        damping *= 10
      }
      if !improved { break }
    }
    return curve
  }

  /// Half the gradient and the curvature JᵀMJ in (μ, log σ).
  private struct Step {
    var gradient = (0.0, 0.0)
    var curvature = (0.0, 0.0, 0.0)
  }

  private func gaussNewton(at curve: Curve, _ overlaps: UnsafeBufferPointer<Double>) -> Step {
    let weights = Self.weights(curve, positions)
    // Slopes of the exponents, then of the normalised weights.
    var (byMean, byWidth) = ([Double](repeating: 0, count: length), [Double](repeating: 0, count: length))
    for index in 0..<length {
      let distance = (positions[index] - curve.mean) / curve.deviation
      byMean[index] = distance / curve.deviation
      byWidth[index] = distance * distance
    }
    let (meanSlope, widthSlope) = (Self.dot(weights, byMean), Self.dot(weights, byWidth))
    for index in 0..<length {
      byMean[index] = weights[index] * (byMean[index] - meanSlope)
      byWidth[index] = weights[index] * (byWidth[index] - widthSlope)
    }
    let (movedMean, movedWidth) = (Self.times(products, byMean), Self.times(products, byWidth))
    var step = Step()
    step.gradient = (
      Self.dot(weights, movedMean) - Self.dot(byMean, overlaps),
      Self.dot(weights, movedWidth) - Self.dot(byWidth, overlaps)
    )
    step.curvature = (
      Self.dot(byMean, movedMean), Self.dot(byMean, movedWidth), Self.dot(byWidth, movedWidth)
    )
    return step
  }

  private func moved(_ curve: Curve, _ step: Step, damping: Double) -> Curve {
    let least = Double.leastNormalMagnitude
    let a = step.curvature.0 * (1 + damping) + least
    let c = step.curvature.2 * (1 + damping) + least
    let b = step.curvature.1
    let determinant = a * c - b * b
    guard determinant > 0 else { return curve }
    let ofMean = (c * step.gradient.0 - b * step.gradient.1) / determinant
    let ofWidth = (a * step.gradient.1 - b * step.gradient.0) / determinant
    let mean = curve.mean - ofMean
    let deviation = curve.deviation * exp(min(1, max(-1, -ofWidth)))
    guard mean.isFinite && deviation.isFinite else { return curve }
    return Curve(
      mean: min(max(mean, Self.meanRange.lowerBound), Self.meanRange.upperBound),
      deviation: min(max(deviation, deviationRange.lowerBound), deviationRange.upperBound))
  }

  private func loss(at curve: Curve, _ overlaps: UnsafeBufferPointer<Double>) -> Double {
    let weights = Self.weights(curve, positions)
    return Self.dot(weights, Self.times(products, weights)) - 2 * Self.dot(weights, overlaps)
  }

  private static func weights(_ curve: Curve, _ positions: [Double]) -> [Double] {
    let exponents = positions.map { position in
      let distance = (position - curve.mean) / curve.deviation
      return -0.5 * distance * distance
    }
    let top = exponents.max() ?? 0
    let powers = exponents.map { exp($0 - top) }
    let total = powers.reduce(0, +)
    return powers.map { $0 / total }
  }

  /// M x for a symmetric matrix.
  private static func times(_ matrix: UnsafeBufferPointer<Double>, _ x: [Double]) -> [Double] {
    let kernels = Double.kernels
    guard let base = matrix.baseAddress else { return [] }
    return x.withUnsafeBufferPointer { x in
      guard let vector = x.baseAddress else { return [] }
      return (0..<x.count).map { kernels.dot(count: x.count, base + $0 * x.count, vector) }
    }
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private static func dot(_ a: [Double], _ b: UnsafeBufferPointer<Double>) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
