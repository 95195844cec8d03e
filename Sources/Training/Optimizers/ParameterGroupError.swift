/// Options of an optimiser that do not fit the parameters; one line naming the parameter or the group.
public struct ParameterGroupError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The one line: which parameter or group, and what does not fit.
  public let description: String

  /// An error with this one line as its description.
  public init(description: String) {
    self.description = description
  }
}
