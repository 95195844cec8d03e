import Foundations
public import Tensors

/// The energy of each example, by named part, in the order of the sum.
public struct EnergyByPart<Scalar: TensorScalar>: Sendable {
  /// Each part's name and its energy of each example, [batch].
  public let parts: [(name: String, energy: Tensor<Scalar>)]

  /// Named parts, at least one.
  public init(_ parts: [(name: String, energy: Tensor<Scalar>)]) {
    require(!parts.isEmpty, "an energy has at least one part")
    self.parts = parts
  }

  /// The sum of the parts, [batch].
  public var total: Tensor<Scalar> { parts.dropFirst().reduce(parts[0].energy) { $0 + $1.energy } }

  /// The energy of a part, or nil.
  public subscript(name: String) -> Tensor<Scalar>? { parts.first { $0.name == name }?.energy }
}
