package import Tensors

/// The parts of an energy as fused descents need them, or why there are none.
package enum FusedParts<Scalar: TensorScalar>: Sendable {
  /// The parts by name, in the order of the sum.
  case parts([(name: String, energy: any FusedEnergy<Scalar>)])
  /// What stands in the way.
  case missing(String)
}

extension Energy {
  /// The parts of this energy for a fused descent, those without a fused kernel as terms; none where no part has one.
  package var fusedParts: FusedParts<Scalar> {
    let parts = partsForDescents.map { part in
      let fused = part.energy.closedForm as? any FusedEnergy<Scalar>
      return (name: part.name, energy: fused ?? TensorTerm(part.energy))
    }
    if parts.allSatisfy({ $0.energy.projections.isEmpty }) {
      return .missing("no part of the energy \(name) has a fused kernel")
    }
    return .parts(parts)
  }

  /// The parts that a descent computes each in its own way, by name.
  package var partsForDescents: [(name: String, energy: any Energy<Scalar>)] {
    if let sum = self as? EnergySum<Scalar> { return sum.parts }
    return (closedForm as? ClosedFormSum<Scalar>)?.parts.map { ($0.name, $0.energy) } ?? [(name, self)]
  }
}
