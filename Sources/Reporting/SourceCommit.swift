/// The commit a run was made from.
public struct SourceCommit: Codable, Equatable, Sendable {
  /// The full hash, or "unknown" where the folder is no git checkout or git is missing.
  public var hash: String
  /// True where tracked or new source files differ from that commit.
  public var isDirty: Bool

  private enum CodingKeys: String, CodingKey {
    case hash
    case isDirty = "dirty"
  }

  /// A commit given by its parts.
  public init(hash: String, isDirty: Bool) {
    self.hash = hash
    self.isDirty = isDirty
  }

  /// Asks git about a folder.
  ///
  /// Files under `outputs` (paths from the top of the checkout) do not count as changes: a run writes
  /// them, and the run after it would otherwise always be called dirty.
  public static func current(inFolder folder: String = ".", outputs: [String] = ["Results"]) -> SourceCommit {
    guard let hash = Subprocess.output(["git", "-C", folder, "rev-parse", "HEAD"]) else {
      return SourceCommit(hash: "unknown", isDirty: false)
    }
    let status =
      ["git", "-C", folder, "status", "--porcelain", "--", ":(top)"] + outputs.map { ":(top,exclude)\($0)" }
    let changes = Subprocess.output(status)
    return SourceCommit(hash: hash, isDirty: changes != "")
  }

  /// The first ten digits, with "+" behind them when dirty.
  public var short: String {
    hash == "unknown" ? hash : hash.prefix(10) + (isDirty ? "+" : "")
  }
}
