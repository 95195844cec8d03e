import ArgumentParser

/// Checks that whole numbers lie in their ranges.
///
/// - Throws: `ValidationError` that names the first option that does not.
package func checkRanges(_ values: [(name: String, value: Int, range: ClosedRange<Int>)]) throws {
  for (name, value, range) in values where !range.contains(value) {
    throw ValidationError("--\(name) must lie in \(range.lowerBound) ... \(range.upperBound), not \(value)")
  }
}

/// Checks that shares, of which not all may be taken, lie in 0 ..< 1.
///
/// - Throws: `ValidationError` that names the first option that does not.
package func checkShares(_ values: [(name: String, value: Double)]) throws {
  for (name, value) in values where !(value >= 0 && value < 1) {
    throw ValidationError("--\(name) must lie in 0 ..< 1, not \(value)")
  }
}

/// Checks rates and weight decays of training: beyond 10 a training only leaves the finite numbers.
///
/// - Throws: `ValidationError` that names the first option that does not lie in 0 ... 10.
package func checkRates(_ values: [(name: String, value: Double)]) throws {
  for (name, value) in values where !(value >= 0 && value <= 10) {
    throw ValidationError("--\(name) must lie between 0 and 10, not \(value)")
  }
}
