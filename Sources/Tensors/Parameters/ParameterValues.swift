import Foundations

/// Named tensors in a fixed order: the parameters of a model, their gradients, or an optimiser's averages.
public struct ParameterValues<Scalar: TensorScalar>: Sendable {
  /// The names, each once.
  public private(set) var names: [String] = []
  /// The tensors, in the order of the names.
  public private(set) var values: [Tensor<Scalar>] = []
  private var positions: [String: Int] = [:]

  /// No parameters.
  public init() {}

  /// Parameters with their names.
  public init(names: [String], values: [Tensor<Scalar>]) {
    require(names.count == values.count, "\(names.count) names for \(values.count) tensors")
    for (name, value) in zip(names, values) { append(name, value) }
  }

  /// Adds a parameter; its name must be new.
  public mutating func append(_ name: String, _ value: Tensor<Scalar>) {
    require(positions[name] == nil, "two parameters are named \(name)")
    positions[name] = names.count
    names.append(name)
    values.append(value)
  }

  /// The number of tensors.
  public var count: Int { names.count }

  /// The tensor of a name, or nil.
  public subscript(name: String) -> Tensor<Scalar>? { positions[name].map { values[$0] } }

  /// Every tensor replaced by a function of its name and value.
  public func map(
    _ transform: (String, Tensor<Scalar>) throws -> Tensor<Scalar>
  ) rethrows -> ParameterValues {
    with(try zip(names, values).map(transform))
  }

  /// The same names with other tensors, in the same order.
  package func with(_ values: [Tensor<Scalar>]) -> ParameterValues {
    require(values.count == names.count, "\(names.count) names for \(values.count) tensors")
    var copy = self
    copy.values = values
    return copy
  }

  /// sqrt of the sum of squares of all elements, accumulated in double precision.
  public var globalNorm: Double {
    values.reduce(0) { $0 + $1.innerProduct($1) }.squareRoot()
  }
}
