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

  public var description: String { "\(file): \(problem)" }
}
