/// What repeated times are told by.
package enum Statistics {
  /// The middle value, or the mean of the two in the middle; nil for no values.
  package static func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }

  /// How often to run what takes some milliseconds so that all runs take about `seconds`, within bounds.
  package static func repetitions(of milliseconds: Double, in seconds: Double, _ bounds: ClosedRange<Int>)
    -> Int
  {
    guard milliseconds > 0, milliseconds.isFinite else { return bounds.lowerBound }
    let fitting = 1e3 * seconds / milliseconds
    return fitting >= Double(bounds.upperBound)
      ? bounds.upperBound : max(bounds.lowerBound, Int(fitting.rounded()))
  }
}
