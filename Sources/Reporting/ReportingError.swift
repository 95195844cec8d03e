import Foundations

/// What went wrong with a record, a table or a figure, in one line that names the file and the field.
public struct ReportingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The one line shown to the user.
  public let description: String

  /// An error with this text as its description; control characters and line breaks are escaped.
  public init(_ description: String) {
    self.description = oneLine(description)
  }
}
