/// Seconds of works that take turns, round after round, by the names of the works: what else the machine does then meets all
/// of them alike.
package struct AlternatingTimes: Sendable {
  private var seconds: [String: [Double]] = [:]

  package init() {}

  /// Adds the seconds of a work in a round. No work takes no time: what a clock calls 0 is its tick at most.
  package mutating func add(_ seconds: Double, to name: String) {
    self.seconds[name, default: []].append(max(seconds, 1e-9))
  }

  /// The works.
  package var names: [String] { seconds.keys.sorted() }

  /// The median over the rounds.
  package func median(_ name: String) -> Double? { seconds[name].map(Stopwatch.median) }

  /// The least of the rounds.
  package func least(_ name: String) -> Double? { seconds[name]?.min() }

  /// How many times as long as `other` a work takes: the median of the ratios of the rounds; nil where one was not measured.
  package func ratio(_ name: String, to other: String) -> Double? {
    guard let own = seconds[name], let others = seconds[other] else { return nil }
    return Stopwatch.median(zip(own, others).map { $0 / $1 })
  }
}
