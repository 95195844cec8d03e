import Foundation

/// A file that the system would not open, read, write or replace.
public struct FileAccessError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The path as the caller gave it.
  public let file: String
  /// What was tried, such as "open" or "write".
  public let action: String
  /// The system's words for why it failed.
  public let reason: String

  /// An error about one file; the description escapes control characters in it.
  public init(file: String, action: String, reason: String) {
    self.file = file
    self.action = action
    self.reason = reason
  }

  package init(file: String, action: String, errorNumber: Int32) {
    self.init(file: file, action: action, reason: String(cString: strerror(errorNumber)))
  }

  /// One line: `file: cannot …: reason`.
  public var description: String { "\(oneLine(file)): cannot \(action): \(oneLine(reason))" }
}
