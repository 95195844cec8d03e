/// A pattern that was to be forgotten and is not there.
public struct PatternNotStored: Error, Equatable, CustomStringConvertible {
  /// The first row of the patterns that is not stored, or not as often.
  public let row: Int
  /// The patterns stored.
  public let patternCount: Int

  /// One line.
  public var description: String {
    "row \(row) of the patterns to forget: expected one of the \(patternCount) stored patterns"
  }
}
