/// Scores that cannot be judged, on one line: which, and what was expected.
public struct MetricError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The one line.
  public let description: String

  /// An error with this line.
  public init(_ description: String) { self.description = description }
}
