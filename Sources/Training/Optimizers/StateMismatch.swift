/// State that does not belong to the parameters it is restored for.
public struct StateMismatch: Error, CustomStringConvertible, Sendable, Equatable {
  /// Whose state it is, such as "AdamW".
  public let owner: String
  /// The entry of the state, such as "firstMoment.wq".
  public let entry: String
  public let expected: String
  public let found: String

  public init(owner: String, entry: String, expected: String, found: String) {
    self.owner = owner
    self.entry = entry
    self.expected = expected
    self.found = found
  }

  /// One line: `state of …, entry …: expected …, found …`.
  public var description: String {
    "state of \(owner), entry \"\(entry)\": expected \(expected), found \(found)"
  }
}
