import ArgumentParser
import EnergyTransformer
import Reporting

/// The numbers that an option takes.
package enum Bounds: Sendable {
  /// Between two numbers, or one of them.
  case range(ClosedRange<Double>)
  /// Between two numbers, and neither of them.
  case between(Double, Double)
  /// A share of which not all may be taken, 0 ..< 1.
  case share
  /// Above a number, up to another.
  case above(Double, upTo: Double)
  /// A part of a whole, of which some has to be taken.
  package static let part = Bounds.above(0, upTo: 1)
  /// A rate or weight decay of training: beyond 10 a training only leaves the finite numbers.
  package static let rate = Bounds.range(0...10)
  /// Any finite number from 0 on.
  package static let positiveOrZero = Bounds.range(0...Double.greatestFiniteMagnitude)

  fileprivate func contains(_ value: Double) -> Bool {
    switch self {
    case .range(let range): range.contains(value)
    case .between(let low, let high): value > low && value < high
    case .share: value >= 0 && value < 1
    case .above(let low, let high): value > low && value <= high
    }
  }

  fileprivate var words: String {
    func text(_ value: Double) -> String { NumberText.roundTrip(value) }
    return switch self {
    case .range(let range):
      range.upperBound < .greatestFiniteMagnitude
        ? "lie in \(text(range.lowerBound)) ... \(text(range.upperBound))"
        : "be at least \(text(range.lowerBound))"
    case .between(let low, let high): "lie between \(text(low)) and \(text(high))"
    case .share: "lie in 0 ..< 1"
    case .above(let low, let high): "lie above \(text(low)) and up to \(text(high))"
    }
  }
}

/// Checks numbers of options; those left out pass.
///
/// - Throws: `ValidationError` that names the first option whose number lies outside its bounds.
package func checkRanges(_ values: [(name: String, value: Double?, bounds: Bounds)]) throws {
  for case (let name, let value?, let bounds) in values where !bounds.contains(value) {
    throw ValidationError("--\(name) must \(bounds.words), not \(value)")
  }
}

/// Checks whole numbers of options.
///
/// - Throws: `ValidationError` that names the first option whose number lies outside its range.
package func checkRanges(_ values: [(name: String, value: Int, range: ClosedRange<Int>)]) throws {
  for (name, value, range) in values where !range.contains(value) {
    throw ValidationError("--\(name) must lie in \(range.lowerBound) ... \(range.upperBound), not \(value)")
  }
}

/// Checks paths and other names of options; those left out pass.
///
/// - Throws: `ValidationError` that names the first option whose text is empty.
package func checkNames(_ values: [(name: String, value: String?)]) throws {
  for (name, value) in values where value?.isEmpty == true {
    throw ValidationError("--\(name) must not be empty")
  }
}

/// Checks shares, of which not all may be taken.
package func checkShares(_ values: [(name: String, value: Double)]) throws {
  try checkRanges(values.map { ($0.name, $0.value, .share) })
}

/// Checks rates and weight decays of training.
package func checkRates(_ values: [(name: String, value: Double)]) throws {
  try checkRanges(values.map { ($0.name, $0.value, .rate) })
}
