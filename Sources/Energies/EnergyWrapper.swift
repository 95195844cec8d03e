package import Tensors

/// An energy that is another one, computed in another way.
package protocol EnergyWrapper: Energy {
  /// The energy itself.
  var base: any Energy<Scalar> { get set }
}

extension EnergyWrapper {
  package var name: String { base.name }
  package func energy(at g: Activations<Scalar>) -> Tensor<Scalar> { base.energy(at: g) }
  package func energyByPart(at g: Activations<Scalar>) -> EnergyByPart<Scalar> { base.energyByPart(at: g) }

  package mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) { base.visitParameters(visit) }
  package mutating func visitContext(_ visit: ParameterVisitor<Scalar>) { base.visitContext(visit) }
}
