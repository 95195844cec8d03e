/// Errors of a memory against the number of patterns that it stores.
public struct CapacityCurve: Sendable, Equatable {
  /// What was found at one load.
  public struct Point: Sendable, Equatable {
    /// The patterns stored.
    public let patternCount: Int
    /// The share of numbers that are wrong after retrieval, of those of all cues.
    public let error: Double
    /// The share of cues without a wrong number.
    public let recalled: Double
    /// The mean number of updates of a retrieval.
    public let meanSteps: Double

    /// A point of its numbers.
    public init(patternCount: Int, error: Double, recalled: Double, meanSteps: Double) {
      (self.patternCount, self.error, self.recalled) = (patternCount, error, recalled)
      self.meanSteps = meanSteps
    }
  }

  /// The points by rising load.
  public let points: [Point]

  /// A curve of points by rising load.
  public init(points: [Point]) { self.points = points }

  /// The largest load up to which no error is above `tolerated`; 0 where the first one is.
  public func capacity(tolerating tolerated: Double) -> Int {
    points.prefix { $0.error <= tolerated }.last?.patternCount ?? 0
  }

  /// Whether no error is above `tolerated`: then the measurement ended, not the memory.
  public func isOpen(tolerating tolerated: Double) -> Bool { points.allSatisfy { $0.error <= tolerated } }
}
