public import Tensors

/// A choice of parameters by name.
///
/// ```swift
/// let decayed: ParameterSelection = ["encoder.weight", "decoder.weight"]
/// let matrices = ParameterSelection { $0.hasPrefix("block.") }.excluding(["block.gamma"])
/// ```
public struct ParameterSelection: Sendable, ExpressibleByArrayLiteral {
  private let predicate: @Sendable (String) -> Bool
  /// Names given literally; one that is not the name of a parameter is an error.
  public let literalNames: Set<String>

  /// The parameters whose name satisfies a predicate.
  public init(where predicate: @escaping @Sendable (_ name: String) -> Bool) {
    self.predicate = predicate
    literalNames = []
  }

  /// The parameters with these names.
  public init(names: [String]) {
    let names = Set(names)
    predicate = { names.contains($0) }
    literalNames = names
  }

  /// The parameters with these names, written as a list.
  public init(arrayLiteral names: String...) { self.init(names: names) }

  /// The parameters of rank 2 or more, on which weight decay acts as a rule.
  public static func matrices<Scalar>(of parameters: ParameterValues<Scalar>) -> ParameterSelection {
    ParameterSelection(names: zip(parameters.names, parameters.values).filter { $1.rank > 1 }.map(\.0))
  }

  private init(_ predicate: @escaping @Sendable (String) -> Bool, literalNames: Set<String>) {
    self.predicate = predicate
    self.literalNames = literalNames
  }

  /// Every parameter.
  public static let all = ParameterSelection { _ in true }

  /// No parameter.
  public static let none = ParameterSelection { _ in false }

  /// These parameters without those of another selection.
  public func excluding(_ other: ParameterSelection) -> ParameterSelection {
    ParameterSelection(
      { contains($0) && !other.contains($0) }, literalNames: literalNames.union(other.literalNames))
  }

  /// Whether a parameter of this name is chosen.
  public func contains(_ name: String) -> Bool { predicate(name) }

  /// Checks that every name given literally is the name of a parameter.
  ///
  /// - Throws: ``ParameterGroupError``.
  func checkNames(among names: [String], role: String) throws {
    if let unknown = literalNames.subtracting(names).min() {
      throw ParameterGroupError(
        description:
          "\(role): there is no parameter \"\(unknown)\"; there are \(names.joined(separator: ", "))")
    }
  }
}
