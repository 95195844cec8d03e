/// An iterative completion that ran out of iterations before it reached its tolerance.
public struct CompletionNotConverged: Error, CustomStringConvertible {
  /// One line: which completion, and how far from its tolerance it stopped.
  public let description: String
}
