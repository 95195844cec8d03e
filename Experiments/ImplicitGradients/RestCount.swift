import EnergyTransformer

/// How many of some descents came to rest, and after how many steps they ended.
struct RestCount: Codable, Sendable {
  private var descents = 0
  private var steps = 0
  private var resting = 0

  mutating func add(_ reason: StopReason, steps: Int) {
    descents += 1
    self.steps += steps
    if case .rest = reason { resting += 1 }
  }

  /// The mean number of steps, and the share at rest; nil where nothing was counted.
  var meanSteps: Double? { descents > 0 ? Double(steps) / Double(descents) : nil }
  var shareAtRest: Double? { descents > 0 ? Double(resting) / Double(descents) : nil }

  /// Several counts as one.
  static func joined(_ counts: [RestCount]) -> RestCount {
    counts.reduce(into: RestCount()) {
      $0.descents += $1.descents
      $0.steps += $1.steps
      $0.resting += $1.resting
    }
  }
}
