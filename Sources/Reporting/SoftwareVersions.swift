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
