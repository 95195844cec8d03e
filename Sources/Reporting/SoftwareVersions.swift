import Foundation

/// The versions of what computed a run, by name.
public enum SoftwareVersions {
  /// The version of this library.
  public static let library = "0.1.0"

  /// "swift" (the installed compiler), "library", and "build" (debug or release).
  ///
  /// The caller adds what it knows of other libraries, such as "onednn".
  public static func current() -> [String: String] {
    ["swift": swiftVersion(), "library": library, "build": buildConfiguration]
  }

  private static var buildConfiguration: String {
    #if DEBUG
      "debug"
    #else
      "release"
    #endif
  }

  private static func swiftVersion() -> String {
    guard let text = Subprocess.output(["swift", "--version"], patience: .seconds(5)),
      let start = text.range(of: "Swift version ")
    else { return "unknown" }
    return text[start.upperBound...].prefix { !$0.isWhitespace }.description
  }
}

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
