import Foundation
import Tensors

/// The bell over positions whose mixture of values is nearest to an answer, for one head.
struct BellFit {
  /// The centre and the width of a bell.
  struct Bell: Sendable {
    var mean: Double, deviation: Double
  }

  private let products: UnsafeBufferPointer<Double>
  private let length: Int
  private let positions: [Double]
  private let starts: [(bell: Bell, weights: [Double])]
  /// A M Aᵀ of each start.
  private let quadratics: [Double]

  private static let stepLimit = 60
  /// Far centres of wide bells are slopes that fall from one end to the other; further out nothing changes any more.
  private static let meanRange = -100.0...100.0
  /// From a tenth of the distance of two tokens, where one token has all the weight.
  private let deviationRange: ClosedRange<Double>

  init(
    products: UnsafeBufferPointer<Double>, length: Int, starts: [(bell: Bell, weights: [Double])]
  ) {
    (self.products, self.length, self.starts) = (products, length, starts)
    positions = GaussianWeighting.positions(count: length)
    deviationRange = 0.2 / Double(max(1, length - 1))...200
    quadratics = starts.map { start in
      let moved = Self.times(products, start.weights)
      return Self.dot(start.weights, moved)
    }
  }

  /// A grid of bells, and a narrow one on each token, with their weights.
  static func starts(length: Int) -> [(bell: Bell, weights: [Double])] {
    let positions = GaussianWeighting.positions(count: length)
    let means = (0...16).map { -1 + Double($0) / 8 }
    let deviations = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 5]
    let wide = means.flatMap { mean in deviations.map { Bell(mean: mean, deviation: $0) } }
    let narrow = positions.map { Bell(mean: $0, deviation: 1 / Double(max(1, length - 1))) }
    return (wide + narrow).map { ($0, weights($0, positions)) }
  }

  /// The best bell for c = `overlaps`.
  func best(overlaps: UnsafeBufferPointer<Double>) -> Bell {
    var bell = Bell(mean: 0, deviation: 1)
    var loss = Double.infinity
    for (start, quadratic) in zip(starts, quadratics) {
      let found = quadratic - 2 * Self.dot(start.weights, overlaps)
      if found < loss { (bell, loss) = (start.bell, found) }
    }
    var damping = 1e-3
    for _ in 0..<Self.stepLimit {
      let step = gaussNewton(at: bell, overlaps)
      var improved = false
      while damping <= 1e9 {
        let next = moved(bell, step, damping: damping)
        let found = self.loss(at: next, overlaps)
        if found < loss {
          let gain = loss - found
          (bell, loss, improved) = (next, found, true)
          damping = max(1e-9, damping / 10)
          if gain <= 1e-9 * abs(loss) { return bell }
          break
        }
        damping *= 10
      }
      if !improved { break }
    }
    return bell
  }

  /// Half the gradient and the curvature JᵀMJ in (μ, log σ).
  private struct Step {
    var gradient = (0.0, 0.0)
    var curvature = (0.0, 0.0, 0.0)
  }

  private func gaussNewton(at bell: Bell, _ overlaps: UnsafeBufferPointer<Double>) -> Step {
    let weights = Self.weights(bell, positions)
    // Slopes of the exponents, then of the normalised weights.
    var (byMean, byWidth) = ([Double](repeating: 0, count: length), [Double](repeating: 0, count: length))
    for index in 0..<length {
      let distance = (positions[index] - bell.mean) / bell.deviation
      byMean[index] = distance / bell.deviation
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

  private func moved(_ bell: Bell, _ step: Step, damping: Double) -> Bell {
    let least = Double.leastNormalMagnitude
    let a = step.curvature.0 * (1 + damping) + least
    let c = step.curvature.2 * (1 + damping) + least
    let b = step.curvature.1
    let determinant = a * c - b * b
    guard determinant > 0 else { return bell }
    let ofMean = (c * step.gradient.0 - b * step.gradient.1) / determinant
    let ofWidth = (a * step.gradient.1 - b * step.gradient.0) / determinant
    let mean = bell.mean - ofMean
    let deviation = bell.deviation * exp(min(1, max(-1, -ofWidth)))
    guard mean.isFinite && deviation.isFinite else { return bell }
    return Bell(
      mean: min(max(mean, Self.meanRange.lowerBound), Self.meanRange.upperBound),
      deviation: min(max(deviation, deviationRange.lowerBound), deviationRange.upperBound))
  }

  private func loss(at bell: Bell, _ overlaps: UnsafeBufferPointer<Double>) -> Double {
    let weights = Self.weights(bell, positions)
    return Self.dot(weights, Self.times(products, weights)) - 2 * Self.dot(weights, overlaps)
  }

  private static func weights(_ bell: Bell, _ positions: [Double]) -> [Double] {
    let exponents = positions.map { position in
      let distance = (position - bell.mean) / bell.deviation
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
      return (0..<x.count).map { kernels.dot(x.count, base + $0 * x.count, vector) }
    }
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private static func dot(_ a: [Double], _ b: UnsafeBufferPointer<Double>) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
