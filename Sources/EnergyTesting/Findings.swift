import Tensors

/// The findings of a checker so far, and the tolerances that it compares with.
struct Findings<Scalar: TensorScalar> {
  let options: LawOptions
  let tolerance: Double
  let differenceTolerance: Double
  let steps: [Double]
  var random: RandomStream
  private(set) var checked: [Law] = []
  private(set) var unchecked: [(law: Law, reason: String)] = []
  private(set) var violations: [LawViolation] = []
  /// What helps where a law does not hold, said by its violations.
  var remedies: [Law: String] = [:]

  init(_ options: LawOptions) {
    let isDouble = Scalar.significandBitCount > 30
    self.options = options
    tolerance = options.tolerance ?? (isDouble ? 1e-9 : 1e-3)
    differenceTolerance = options.differenceTolerance ?? (isDouble ? 1e-6 : 2e-2)
    steps = options.differenceSteps ?? (isDouble ? [1e-3, 1e-5] : [5e-2, 1e-2])
    random = RandomStream(seed: options.seed)
  }

  /// Says that a law is being checked.
  mutating func check(_ law: Law) { if !checked.contains(law) { checked.append(law) } }

  /// Says why a law cannot be checked.
  mutating func skip(_ law: Law, _ reason: String) { unchecked.append((law, reason)) }

  /// Adds a violation.
  mutating func report(_ law: Law, _ message: String) {
    check(law)
    let remedy = remedies[law].map { "; \($0)" } ?? ""
    violations.append(LawViolation(law: law, message: message + remedy))
  }

  func report(on subject: String) -> LawReport {
    LawReport(subject: subject, checked: checked, unchecked: unchecked, violations: violations)
  }

  /// Holds a tensor against what it should be, to a tolerance relative to the largest number of both.
  ///
  /// `what` and `reference` name the two; `axes` name the axes for the position of the worst element.
  mutating func compare(
    _ law: Law, _ what: String, _ found: Tensor<Scalar>, to expected: Tensor<Scalar>, of reference: String,
    axes: [String], tolerance: Double? = nil, scale: Double = 0
  ) {
    check(law)
    if found.shape != expected.shape {
      return report(law, "\(what) has shape \(found.shape), \(reference) \(expected.shape)")
    }
    let numbers = (found.elements.map(Double.init), expected.elements.map(Double.init))
    let largest = max(magnitude(numbers.0), magnitude(numbers.1), scale, 1e-3)
    let allowed = (tolerance ?? self.tolerance) * largest
    let differences = Differences(found: numbers.0, expected: numbers.1, allowed: { _ in allowed })
    if let words = differences.words(shape: found.shape, axes: axes) {
      report(law, "\(what) differs from \(reference) \(words)")
    }
  }

  /// Expects zeros.
  mutating func expectZero(_ law: Law, _ what: String, _ found: [(position: String, value: Double)]) {
    check(law)
    let wrong = found.filter { $0.value != 0 }
    guard let worst = wrong.max(by: { size($0.value) < size($1.value) }) else { return }
    report(
      law, "\(what) is not 0 at \(wrong.count) elements, most at \(worst.position): \(short(worst.value))")
  }

  private func size(_ value: Double) -> Double { value.isNaN ? .infinity : abs(value) }
}

/// The largest absolute value of the finite numbers.
func magnitude(_ values: [Double]) -> Double { values.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 } }

/// A number for a message.
func short(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return "\(value)" }
  let digits = 4 - Int(log10Floor(abs(value)))
  if digits > 12 || digits < -6 { return "\(Float(value))" }
  var scale = 1.0
  for _ in 0..<abs(digits) { scale *= 10 }
  return "\(digits >= 0 ? (value * scale).rounded() / scale : (value / scale).rounded() * scale)"
}

private func log10Floor(_ value: Double) -> Double {
  var exponent = 0.0
  var rest = value
  while rest >= 10 { (rest, exponent) = (rest / 10, exponent + 1) }
  while rest < 1 { (rest, exponent) = (rest * 10, exponent - 1) }
  return exponent
}
