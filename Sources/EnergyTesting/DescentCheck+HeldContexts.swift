import Dynamics
import Energies
import Tensors

/// What falls where contexts are held: each token's own energy in the context that its step started in.
extension DescentCheck {
  /// Whether the energy holds contexts.
  var holdsContexts: Bool { (descent.energy as? any TokenwiseEnergy<Scalar>)?.holdsContext ?? false }

  /// How the energies of tokens change by their own moves, [step][example * token].
  func ownChanges(_ descent: Descent) -> (changes: [[Double]], rounding: Double) {
    let found = descent.run(from: x, recording: [.tokenEnergies]).trajectory.tokenEnergyChanges
    let changes = found.map { $0.own.elements.map(Double.init) }
    return (changes, rounding(found.map { $0.before.elements.map(Double.init) }))
  }

  mutating func expectNoOwnRise(_ law: Law, _ descent: Descent, _ occasion: String) {
    let (changes, slack) = ownChanges(descent)
    for (step, changes) in changes.enumerated() {
      guard let token = changes.indices.first(where: { !(changes[$0] <= slack) }) else { continue }
      return findings.report(
        law,
        "\(occasion), the own energy of token \(token % tokenCount) of example \(token / tokenCount) rises by "
          + "\(short(changes[token])) at step \(step)")
    }
  }
}
