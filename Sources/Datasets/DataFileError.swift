import Foundations
import Tensors

/// A data file or folder that cannot be used: which one, and what was expected.
public struct DataFileError: Error, Equatable, CustomStringConvertible {
  /// Path of the file or folder, followed by the entry inside it where there is one.
  public let file: String
  /// What is wrong with it, on one line.
  public let problem: String

  /// An error about one file.
  public init(file: String, problem: String) {
    self.file = file
    self.problem = problem
  }

  /// One line: `file: problem`, control characters and line breaks of both escaped, long text cut.
  public var description: String { "\(oneLine(file, limit: 1_000)): \(oneLine(problem, limit: 1_000))" }
}
