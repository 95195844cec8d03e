/// An iterative completion that ran out of iterations before it reached its tolerance.
public struct CompletionNotConverged: Error, CustomStringConvertible {
  public let description: String
}
