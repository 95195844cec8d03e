package import Tensors

/// The parts of an energy as fused descents need them, or why there are none.
package enum FusedParts<Scalar: TensorScalar>: Sendable {
  /// The parts by name, in the order of the sum.
  case parts([(name: String, energy: any FusedEnergy<Scalar>)])
  /// What stands in the way.
  case missing(String)
}

extension Energy {
  /// The parts of this energy for a fused descent.
  package var fusedParts: FusedParts<Scalar> {
    guard let closed = closedForm else {
      return .missing("the energy \(name) has no closed form for all its parts")
    }
    let parts = (closed as? ClosedFormSum<Scalar>)?.parts ?? [(closed.name, closed)]
    var found: [(name: String, energy: any FusedEnergy<Scalar>)] = []
    for part in parts {
      guard let energy = part.energy as? any FusedEnergy<Scalar> else {
        return .missing("the energy \(part.name) has no fused kernel")
      }
      found.append((part.name, energy))
    }
    return .parts(found)
  }
}
