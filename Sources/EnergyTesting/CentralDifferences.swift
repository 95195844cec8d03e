import Tensors

/// The first or second derivative of a curve t -> values at t = 0 by central differences of fourth order.
struct CentralDifference {
  /// The derivative of each value.
  let slopes: [Double]
  /// How much of each slope may be rounding.
  let rounding: Double

  init<Scalar: TensorScalar>(
    step: Double, precision: Scalar.Type, curve: (Double) -> [Double]
  ) {
    let (a, b) = (curve(step), curve(-step))
    let (c, d) = (curve(2 * step), curve(-2 * step))
    slopes = a.indices.map { (8 * (a[$0] - b[$0]) - (c[$0] - d[$0])) / (12 * step) }
    let size = max(magnitude(a), magnitude(b), magnitude(c), magnitude(d))
    rounding = 32 * Double(Scalar.ulpOfOne) * size / step
  }

  /// The second derivative.
  init<Scalar: TensorScalar>(
    secondAtStep step: Double, precision: Scalar.Type, curve: (Double) -> [Double]
  ) {
    let here = curve(0)
    let (a, b) = (curve(step), curve(-step))
    let (c, d) = (curve(2 * step), curve(-2 * step))
    slopes = a.indices.map {
      (16 * (a[$0] + b[$0]) - (c[$0] + d[$0]) - 30 * here[$0]) / (12 * step * step)
    }
    let size = max(magnitude(a), magnitude(b), magnitude(c), magnitude(d), magnitude(here))
    rounding = 32 * Double(Scalar.ulpOfOne) * size / (step * step)
  }
}

extension Findings {
  /// Holds a gradient against central differences of a function, one component at a time.
  ///
  /// `function` gives one number per example; its sum is differentiated.
  mutating func compareWithDifferences(
    _ law: Law, _ what: String, _ gradient: Tensor<Scalar>, at point: Tensor<Scalar>, axes: [String],
    skippingZeros: Bool = false, function: (Tensor<Scalar>) -> [Double]
  ) {
    check(law)
    if gradient.shape != point.shape {
      return report(law, "\(what) has shape \(gradient.shape), not \(point.shape)")
    }
    let found = gradient.elements.map(Double.init)
    let scale = max(magnitude(found), 1e-3)
    var expected = found
    var allowed = [Double](repeating: differenceTolerance * scale, count: found.count)
    let positions = sample(point, skippingZeros: skippingZeros)
    for position in positions {
      let result = slope(position, point, found[position], differenceTolerance * scale, function)
      expected[position] = result.slope
      allowed[position] += result.rounding + differenceTolerance * (abs(result.slope) - scale).clampedToZero
    }
    let bounds = allowed
    let differences = Differences(found: found, expected: expected, positions: positions) { bounds[$0] }
    if let words = differences.words(shape: point.shape, axes: axes) {
      report(law, "\(what) differs from central differences \(words)")
    }
  }

  /// The central difference by one component that comes closest to `found`, of all steps.
  private func slope(
    _ position: Int, _ point: Tensor<Scalar>, _ found: Double, _ allowed: Double,
    _ function: (Tensor<Scalar>) -> [Double]
  ) -> (slope: Double, rounding: Double) {
    var best = (slope: Double.nan, rounding: 0.0)
    var elements = point.elements
    let value = elements[position]
    for step in steps {
      let difference = CentralDifference(
        step: step * max(1, abs(Double(value))), precision: Scalar.self
      ) { offset in
        elements[position] = value + Scalar(offset)
        return function(Tensor(shape: point.shape, elements: elements))
      }
      let slope = difference.slopes.reduce(0, +)
      if best.slope.isNaN || abs(slope - found) < abs(best.slope - found) {
        best = (slope, difference.rounding)
      }
      if abs(slope - found) <= allowed + difference.rounding { return best }
    }
    return best
  }

  /// Holds a tensor against central differences of a tensor along a direction, each element at the step that
  /// suits it; the second ones if `isSecond`, at the roots of the steps.
  mutating func compareAlongDirection(
    _ law: Law, _ what: String, _ derivative: Tensor<Scalar>, axes: [String],
    slack: Double = 0, isSecond: Bool = false, curve: (Scalar) -> Tensor<Scalar>
  ) {
    check(law)
    let found = derivative.elements.map(Double.init)
    let shape = curve(0).shape
    if derivative.shape != shape { return report(law, "\(what) has shape \(derivative.shape), not \(shape)") }
    let scale = max(magnitude(found), 1e-3)
    var best = [Double](repeating: .nan, count: found.count)
    var rounding = 0.0
    for step in steps {
      let values = { (offset: Double) in curve(Scalar(offset)).elements.map(Double.init) }
      let difference =
        isSecond
        ? CentralDifference(secondAtStep: step.squareRoot(), precision: Scalar.self, curve: values)
        : CentralDifference(step: step, precision: Scalar.self, curve: values)
      for (position, slope) in difference.slopes.enumerated()
      where best[position].isNaN || abs(slope - found[position]) < abs(best[position] - found[position]) {
        best[position] = slope
      }
      rounding = max(rounding, difference.rounding)
    }
    let allowed = differenceTolerance * max(scale, magnitude(best)) + rounding + slack
    let differences = Differences(found: found, expected: best) { _ in allowed }
    if let words = differences.words(shape: derivative.shape, axes: axes) {
      report(law, "\(what) differs from central differences \(words)")
    }
  }

  /// All positions of finite elements, or a random sample of them.
  private mutating func sample(_ point: Tensor<Scalar>, skippingZeros: Bool) -> [Int] {
    let elements = point.elements
    let order = elements.count > options.componentLimit ? random.permutation(of: elements.count) : nil
    let movable = (order ?? Array(elements.indices)).filter {
      elements[$0].isFinite && !(skippingZeros && elements[$0] == 0)
    }
    return Array(movable.prefix(options.componentLimit))
  }
}

extension Double {
  fileprivate var clampedToZero: Double { self > 0 ? self : 0 }
}
