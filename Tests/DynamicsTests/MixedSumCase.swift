import Dynamics
import Energies
import Tensors
import TestSupport

/// A descent of attention and memories beside terms without fused kernels.
struct MixedSumCase: CustomStringConvertible, Sendable {
  enum Term: String, CaseIterable { case wells, neighbours, field, spring, drift, places, input }

  /// Attention, memories, norm and tokens.
  var base: FusedCase
  /// In front of attention, and behind memories.
  var before: [Term] = [], after: [Term] = []

  var description: String { "\(before) + \(base) + \(after)" }

  static let all = [
    MixedSumCase(base: FusedCase(), after: [.wells]),
    MixedSumCase(base: FusedCase(learnsBeta: true, isPadded: true, bias: .additive), before: [.wells]),
    MixedSumCase(base: FusedCase(isPadded: true, memory: .softmaxLearned), after: [.neighbours]),
    MixedSumCase(base: FusedCase(isPadded: true, bias: .multiplicative), after: [.field]),
    MixedSumCase(base: FusedCase(batch: 17, isPadded: true), after: [.spring]),
    // Pieces of one example and of several, with padding and without.
    MixedSumCase(
      base: FusedCase(
        batch: 19, tokenCount: 4, dimension: 9, learnsBeta: true, isPadded: true, bias: .additiveShared),
      before: [.neighbours, .spring], after: [.wells]),
    MixedSumCase(
      base: FusedCase(batch: 11, tokenCount: 9, dimension: 16, steps: 2, memory: .none),
      before: [.wells], after: [.neighbours]),
    MixedSumCase(
      base: FusedCase(batch: 3, isPadded: true, bias: .multiplicative),
      before: [.wells, .field], after: [.neighbours, .spring]),
    MixedSumCase(base: FusedCase(steps: 0), after: [.wells]),
    // Forces: on all tokens, learned at each place, and of each example; beside a term that cannot be cut into pieces.
    MixedSumCase(base: FusedCase(isPadded: true), before: [.drift], after: [.input]),
    MixedSumCase(
      base: FusedCase(batch: 19, tokenCount: 4, dimension: 9, isPadded: true, bias: .multiplicative),
      before: [.input], after: [.places]),
    MixedSumCase(base: FusedCase(batch: 17), before: [.places, .wells], after: [.drift, .input]),
    MixedSumCase(base: FusedCase(batch: 3, isPadded: true, memory: .none), after: [.input, .field]),
  ]

  /// The sum; with every closed form put aside where `isDifferentiated`.
  func energy<Scalar: TensorScalar>(_ type: Scalar.Type, isDifferentiated: Bool = false) -> EnergySum<Scalar>
  {
    let sum = EnergySum(before.map(term) + base.energy(type).parts + after.map(term))
    guard isDifferentiated else { return sum }
    return EnergySum(
      sum.parts.map { part in
        func differentiated(_ energy: some Energy<Scalar>) -> any Energy<Scalar> { energy.differentiated }
        return (part.name, differentiated(part.energy))
      })
  }

  private func term<Scalar: TensorScalar>(_ term: Term) -> (name: String, energy: any Energy<Scalar>) {
    let energy: any Energy<Scalar> =
      switch term {
      case .wells:
        Wells(weights: normalTensor([base.dimension], seed: 81, as: Scalar.self), scale: Tensor(0.7))
      case .neighbours: Neighbours()
      case .field:
        Field(
          field: normalTensor([base.batch, base.tokenCount, base.dimension], seed: 82, as: Scalar.self))
      case .spring: Spring(stiffness: Tensor(0.3))
      case .drift: InputEnergy(normalTensor([base.dimension], seed: 83, as: Scalar.self))
      case .places:
        InputEnergy(
          normalTensor([base.tokenCount, base.dimension], seed: 84, as: Scalar.self), isLearned: true)
      case .input:
        InputEnergy(
          normalTensor([base.batch, base.tokenCount, base.dimension], seed: 85, as: Scalar.self))
      }
    return (term.rawValue, energy)
  }

  func descent<Scalar: TensorScalar>(
    _ energy: EnergySum<Scalar>, path: GradientPath
  ) -> EnergyDescent<EnergySum<Scalar>, LayerNormLagrangian<Scalar>> {
    base.descent(energy, base.norm(Scalar.self), path: path, isFused: true)
  }

  /// Everything that a run gives: tokens, activations, energies of every part and step, states.
  func forward<Scalar: TensorScalar>(
    _ type: Scalar.Type, isDifferentiated: Bool = false,
    _ change: (inout EnergyDescent<EnergySum<Scalar>, LayerNormLagrangian<Scalar>>) -> Void = { _ in }
  ) -> [(String, Tensor<Scalar>)] {
    var descent = descent(energy(type, isDifferentiated: isDifferentiated), path: .detached)
    change(&descent)
    let result = descent.run(from: base.tokens(type), recording: [.energies, .states(every: 2)])
    return [("tokens", result.tokens.values), ("activations", result.activations.values)]
      + result.trajectory.energies.enumerated().flatMap { step, energy in
        energy.parts.map { ("\($0.name) at \(step)", $0.energy) }
      } + result.trajectory.states.map { ("state \($0.step)", $0.tokens) }
  }

  /// The gradients of a loss for tokens, norm, parameters and context.
  func gradients<Scalar: TensorScalar>(
    _ type: Scalar.Type, path: GradientPath, isDifferentiated: Bool = false,
    _ change: (inout EnergyDescent<EnergySum<Scalar>, LayerNormLagrangian<Scalar>>) -> Void = { _ in }
  ) -> [(String, Tensor<Scalar>)] {
    let names = ["tokens", "gamma", "delta"] + energy(type).dependencies.names
    let (value, found) = valueWithGradients(at: points(type)) {
      loss($0, path: path, isDifferentiated: isDifferentiated, change)
    }
    return [("loss", value)] + Array(zip(names, found))
  }

  /// Tokens, the norm's parameters, the energy's parameters and context.
  func points<Scalar: TensorScalar>(_ type: Scalar.Type) -> [Tensor<Scalar>] {
    let norm = base.norm(type)
    return [base.tokens(type).values, norm.gamma, norm.delta] + energy(type).dependencies.values
  }

  func loss<Scalar: TensorScalar>(
    _ inputs: [Tensor<Scalar>], path: GradientPath, isDifferentiated: Bool = false,
    _ change: (inout EnergyDescent<EnergySum<Scalar>, LayerNormLagrangian<Scalar>>) -> Void = { _ in }
  ) -> Tensor<Scalar> {
    let energy = energy(Scalar.self, isDifferentiated: isDifferentiated).replacing(inputs[3...])
    var descent = descent(energy, path: path)
    descent.lagrangian = LayerNormLagrangian(gamma: inputs[1], delta: inputs[2])
    change(&descent)
    let result = descent.run(from: Tokens(inputs[0], mask: base.tokens(Scalar.self).mask))
    let target = normalTensor(inputs[0].shape, seed: 76, as: Scalar.self)
    return (result.activations.values - target).squared().mean() + (result.tokens.values * target).mean()
  }
}
