/// Labels that cannot be split as asked.
public struct SplitError: Error, Equatable, CustomStringConvertible {
  /// One line: what was expected, and what was found.
  public let description: String
}
