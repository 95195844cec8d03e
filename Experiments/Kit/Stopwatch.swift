import Foundation

/// A clock that only runs forwards.
package enum Stopwatch {
  /// Seconds that `work` takes.
  package static func seconds(_ work: () throws -> Void) rethrows -> Double {
    let started = DispatchTime.now().uptimeNanoseconds
    try work()
    return 1e-9 * Double(DispatchTime.now().uptimeNanoseconds - started)
  }

  /// The middle of some times.
  package static func median(_ times: [Double]) -> Double {
    let sorted = times.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}

extension Stopwatch {
  /// What `work` gives, and the seconds that it takes.
  package static func timed<Result>(_ work: () throws -> Result) rethrows -> (result: Result, seconds: Double)
  {
    let started = DispatchTime.now().uptimeNanoseconds
    let result = try work()
    return (result, 1e-9 * Double(DispatchTime.now().uptimeNanoseconds - started))
  }
}
