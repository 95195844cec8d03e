import Tensors

/// A derivative of a curve t -> values at t = 0 by central differences of fourth order.
struct CentralDifference {
  /// The derivative of each value.
  let slopes: [Double]
  /// How much of each slope may be rounding.
  let rounding: Double
  /// How far the middle of the curve lies from the values on its two sides, at most.
  let gap: Double

  init<Scalar: TensorScalar>(
    step: Double, precision: Scalar.Type, centre: [Double], curve: (Double) -> [Double]
  ) {
    let (a, b) = (curve(step), curve(-step))
    let (c, d) = (curve(2 * step), curve(-2 * step))
    slopes = centre.indices.map { (8 * (a[$0] - b[$0]) - (c[$0] - d[$0])) / (12 * step) }
    let size = max(magnitude(a), magnitude(b), magnitude(c), magnitude(d))
    rounding = 32 * Double(Scalar.ulpOfOne) * size / step
    gap = centre.indices.reduce(0) { max($0, abs(centre[$1] - (a[$1] + b[$1]) / 2)) }
  }
}

extension Findings {
  /// Holds a gradient against central differences of a function, one component at a time. `function` gives one number
  /// an example; its sum is differentiated.
  mutating func compareWithDifferences(
    _ law: Law, _ what: String, _ gradient: Tensor<Scalar>, at point: Tensor<Scalar>, axes: [String],
    function: (Tensor<Scalar>) -> [Double]
  ) {
    check(law)
    if gradient.shape != point.shape {
      return report(law, "\(what) has shape \(gradient.shape), not \(point.shape)")
    }
    let found = gradient.elements.map(Double.init)
    let scale = max(magnitude(found), 1e-3)
    var expected = found
    var allowed = [Double](repeating: differenceTolerance * scale, count: found.count)
    let centre = function(point)
    let positions = sample(point)
    for position in positions {
      let result = slope(position, point, found[position], differenceTolerance * scale, centre, function)
      expected[position] = result.slope
      allowed[position] += result.rounding + differenceTolerance * (abs(result.slope) - scale).clampedToZero
    }
    let bounds = allowed
    let differences = Differences(found: found, expected: expected, positions: positions) { bounds[$0] }
    if let words = differences.words(shape: point.shape, axes: axes) {
      report(law, "\(what) differs from central differences \(words)")
    }
  }

  /// The central difference by one component that comes closest to `found`. At a jump of the function, such as a
  /// weight of exactly 0 that removes a pair, there is none, and `found` itself is returned.
  private func slope(
    _ position: Int, _ point: Tensor<Scalar>, _ found: Double, _ allowed: Double, _ centre: [Double],
    _ function: (Tensor<Scalar>) -> [Double]
  ) -> (slope: Double, rounding: Double) {
    var best = (slope: Double.nan, rounding: 0.0)
    var gaps: [Double] = []
    var elements = point.elements
    let value = elements[position]
    for step in steps {
      let difference = CentralDifference(
        step: step * max(1, abs(Double(value))), precision: Scalar.self, centre: centre
      ) { offset in
        elements[position] = value + Scalar(offset)
        return function(Tensor(shape: point.shape, elements: elements))
      }
      let slope = difference.slopes.reduce(0, +)
      gaps.append(difference.gap)
      if best.slope.isNaN || abs(slope - found) < abs(best.slope - found) {
        best = (slope, difference.rounding)
      }
      if abs(slope - found) <= allowed + difference.rounding { return best }
    }
    // A smooth function closes the gap in proportion to the step or faster.
    if let first = gaps.first, let last = gaps.last, last > 0.5 * first, last > 1e-4 * magnitude(centre) {
      return (found, 0)
    }
    return best
  }

  /// Holds a tensor against central differences of a tensor along a direction, each element at the step that suits it.
  mutating func compareAlongDirection(
    _ law: Law, _ what: String, _ derivative: Tensor<Scalar>, axes: [String],
    curve: (Scalar) -> Tensor<Scalar>
  ) {
    check(law)
    let found = derivative.elements.map(Double.init)
    let centre = curve(0).elements.map(Double.init)
    if found.count != centre.count { return report(law, "\(what) has shape \(derivative.shape)") }
    let scale = max(magnitude(found), 1e-3)
    var best = [Double](repeating: .nan, count: found.count)
    var rounding = 0.0
    for step in steps {
      let difference = CentralDifference(step: step, precision: Scalar.self, centre: centre) { offset in
        curve(Scalar(offset)).elements.map(Double.init)
      }
      for (position, slope) in difference.slopes.enumerated()
      where best[position].isNaN || abs(slope - found[position]) < abs(best[position] - found[position]) {
        best[position] = slope
      }
      rounding = max(rounding, difference.rounding)
    }
    let allowed = differenceTolerance * max(scale, magnitude(best)) + rounding
    let differences = Differences(found: found, expected: best) { _ in allowed }
    if let words = differences.words(shape: derivative.shape, axes: axes) {
      report(law, "\(what) differs from central differences \(words)")
    }
  }

  /// All positions of finite elements, or a random sample of them.
  private mutating func sample(_ point: Tensor<Scalar>) -> [Int] {
    let elements = point.elements
    let order = elements.count > options.componentLimit ? random.permutation(of: elements.count) : nil
    return Array((order ?? Array(elements.indices)).filter { elements[$0].isFinite }.prefix(options.componentLimit))
  }
}

extension Double {
  fileprivate var clampedToZero: Double { self > 0 ? self : 0 }
}
