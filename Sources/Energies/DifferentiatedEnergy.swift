public import Tensors

/// An energy with its closed forms put aside, to hold the two ways against each other.
public struct DifferentiatedEnergy<Base: Energy>: Energy {
  public typealias Scalar = Base.Scalar

  /// The energy itself.
  public var base: Base

  /// The generic way of an energy.
  public init(_ base: Base) { self.base = base }

  public var name: String { base.name }
  public var closedForm: (any ClosedFormEnergy<Scalar>)? { nil }
  public func energy(at g: Activations<Scalar>) -> Tensor<Scalar> { base.energy(at: g) }
  public func energyByPart(at g: Activations<Scalar>) -> EnergyByPart<Scalar> { base.energyByPart(at: g) }
  public func differentiatedGradient(at g: Activations<Scalar>) -> Tensor<Scalar> {
    base.differentiatedGradient(at: g)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    base.visitParameters(visit)
  }
  public mutating func visitContext(_ visit: ParameterVisitor<Scalar>) {
    base.visitContext(visit)
  }
}
