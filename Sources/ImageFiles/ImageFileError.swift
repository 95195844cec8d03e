import Foundations

/// An image file that cannot be read or written: which file, and what was expected.
public struct ImageFileError: Error, Equatable, CustomStringConvertible {
  /// The name the caller gave the file.
  public let file: String
  /// What is wrong with it, on one line.
  public let problem: String

  /// An error about one file.
  public init(file: String, problem: String) {
    self.file = file
    self.problem = problem
  }

  /// One line: `file: problem`, control characters and line breaks of both escaped.
  public var description: String { "\(oneLine(file)): \(oneLine(problem))" }
}
