/// State that does not belong to the parameters it is restored for.
public struct StateMismatch: Error, CustomStringConvertible, Sendable, Equatable {
  /// Whose state it is, such as "AdamW".
  public let owner: String
  /// The entry of the state, such as "firstMoment.wq".
  public let entry: String
  /// What the parameters ask for.
  public let expected: String
  /// What the state holds.
  public let found: String

  /// An error about one entry of one state.
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
