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

/// What is wrong with the content of a file: which file, which field, what should be there, what is.
public struct FileFormatError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The path the file was opened with, or "memory".
  public let file: String
  /// The part of the file that is wrong, such as "header length" or "array \"Wq\", shape".
  public let field: String
  /// What should be there.
  public let expected: String
  /// What is there instead.
  public let found: String

  /// An error about one field of one file; the description escapes control characters in each part.
  public init(file: String, field: String, expected: String, found: String) {
    self.file = file
    self.field = field
    self.expected = expected
    self.found = found
  }

  /// One line: `file: field: expected …, found …`.
  public var description: String {
    "\(oneLine(file)): \(oneLine(field)): expected \(oneLine(expected)), found \(oneLine(found))"
  }
}
