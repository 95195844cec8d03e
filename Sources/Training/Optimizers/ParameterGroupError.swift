/// Options of an optimiser that do not fit the parameters; one line naming the parameter or the group.
public struct ParameterGroupError: Error, CustomStringConvertible, Sendable, Equatable {
  public let description: String

  public init(description: String) {
    self.description = description
  }
}
