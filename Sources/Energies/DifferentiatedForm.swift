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
  package func differentiatedGradient(at g: Activations<Scalar>) -> Tensor<Scalar> {
    base.differentiatedGradient(at: g)
  }

  package mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) { base.visitParameters(visit) }
  package mutating func visitContext(_ visit: ParameterVisitor<Scalar>) { base.visitContext(visit) }
}

/// The closed forms that any energy has: its gradient by differentiating once, and the pullback of its gradient by
/// differentiating twice.
///
/// - Cost: The pullback computes the energy and its gradient again; nothing is kept.
package struct DifferentiatedForm<Scalar: TensorScalar>: EnergyWrapper, ClosedFormEnergy {
  package var base: any Energy<Scalar>

  /// The derivatives of an energy.
  package init(_ base: any Energy<Scalar>) { self.base = base }

  package func energyAndGradient(at g: Activations<Scalar>) -> EnergyAndGradient<Scalar> {
    base.differentiatedEnergyAndGradient(at: g)
  }

  package func gradientPullback(
    at g: Activations<Scalar>, direction: Tensor<Scalar>
  ) -> GradientPullback<Scalar> {
    let variables = ([g.values] + base.dependencies.values).map { $0.variable() }
    let gradient = base.replacing(variables.dropFirst()).differentiatedGradient(at: g.with(variables[0]))
    let found = gradients(of: gradient, withRespectTo: variables, cotangent: g.masking(direction))
    return GradientPullback(
      hessianVectorProduct: g.masking(found[0]), dependencies: Array(found.dropFirst()))
  }
}

extension Energy {
  /// The closed forms of this energy, or what differentiation makes of it where there are none.
  package var derivatives: any ClosedFormEnergy<Scalar> { closedForm ?? DifferentiatedForm(self) }

  /// The energy by part, without history, and its gradient, zero at padding, by one differentiation.
  func differentiatedEnergyAndGradient(at g: Activations<Scalar>) -> EnergyAndGradient<Scalar> {
    if heldByToken != nil {
      let parts = energyByPart(at: g).parts.map { (name: $0.name, energy: $0.energy.detached) }
      return EnergyAndGradient(
        energy: EnergyByPart(parts), gradient: g.masking(differentiatedGradient(at: g)))
    }
    var energy: EnergyByPart<Scalar>?
    let gradient = Tensors.gradient(at: g.values) { values in
      let found = energyByPart(at: g.with(values))
      energy = EnergyByPart(found.parts.map { ($0.name, $0.energy.detached) })
      return found.total.sum()
    }
    return EnergyAndGradient(energy: energy ?? energyByPart(at: g), gradient: g.masking(gradient))
  }

  /// The energy by part and its gradient: each part of a sum by its closed form where it has one, and by
  /// differentiation where it has none. The gradient can itself be differentiated.
  package func trackedEnergyAndGradient(at g: Activations<Scalar>) -> EnergyAndGradient<Scalar> {
    if let closed = closedForm { return closed.trackedGradient(at: g) }
    guard let sum = self as? EnergySum<Scalar>, sum.parts.contains(where: { $0.energy.closedForm != nil })
    else { return differentiatedEnergyAndGradient(at: g) }
    let found = sum.parts.map { (name: $0.name, result: $0.energy.trackedEnergyAndGradient(at: g)) }
    return EnergyAndGradient(
      energy: EnergyByPart(found.map { ($0.name, $0.result.energy.total) }),
      gradient: found.dropFirst().reduce(found[0].result.gradient) { $0 + $1.result.gradient })
  }
}
