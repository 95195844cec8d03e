/// What the numbers of a run depend on: decides whether those of one may be taken for those of another.
public struct RunIdentity: Codable, Equatable, Sendable {
  /// The options that determine the numbers, by name.
  public var options: [String: String]
  /// The SHA-256 of every file of the data.
  public var data: [String]
  /// The commit of the program.
  public var commit: SourceCommit

  /// A run by its parts.
  public init(options: [String: String], data: [String], commit: SourceCommit) {
    (self.options, self.data, self.commit) = (options, data, commit)
  }

  /// Why numbers of this run are not those of another, in words that go on from "it was"; nil where they are.
  ///
  /// - Parameters:
  ///   - other: The other run.
  ///   - isContinuation: Whether this run continues the other, whose uncommitted changes are the user's to answer
  ///     for. Any other run takes over numbers of a clean commit alone.
  public func difference(from other: RunIdentity, isContinuation: Bool) -> String? {
    if let difference = Self.difference(of: options, from: other.options) { return difference }
    if data != other.data { return "made from other data" }
    if commit.hash != other.commit.hash {
      return "made at commit \(commit.short), this is \(other.commit.short)"
    }
    guard !isContinuation else { return nil }
    if commit.hash == "unknown" { return "made at a commit that is not known" }
    guard commit.isDirty || other.commit.isDirty else { return nil }
    return "made from sources with changes that are not committed, \(commit.isDirty ? "then" : "now")"
  }

  /// The first of some options, by name, that was recorded with another value, in words that go on from "it was"; nil where
  /// none was. Options that were recorded beside these do not count.
  public static func difference(
    of recorded: [String: String], from options: [String: String]
  ) -> String? {
    options.sorted { $0.key < $1.key }.first { recorded[$0.key] != $0.value }.map { name, value in
      "made with --\(name) \(recorded[name] ?? "(missing)"), not \(value)"
    }
  }
}
