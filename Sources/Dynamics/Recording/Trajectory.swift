public import Energies
public import Tensors

/// What a descent keeps besides its last tokens.
public enum Recording<Scalar: TensorScalar>: Sendable {
  /// The energy by part before each step and after the last. Costs one more evaluation of the energy.
  case energies
  /// The energy by part before each step and not after the last: fused descents compute it on the way.
  case energiesBeforeSteps
  /// The tokens before the first step, after every n-th and after the last.
  case states(every: Int)
  /// A quantity of each example, before each step and after the last.
  case quantity(name: String, @Sendable (Tokens<Scalar>, Activations<Scalar>) -> [Double])
  /// The decrease of the energy that each step should bring to first order, - (dE/dg)ᵀ M d for a step d: alpha (dE/dg)ᵀ M (dE/dg)
  /// for a plain one, M = dg/dx. Beside the energies it shows how far a step leaves what the gradient knows. Costs one pullback
  /// through the Lagrangian a step.
  case predictedDecreases
  /// How the energies of tokens change by each step, where contexts are held (`TokenwiseEnergy`): by a token's own move, and in all.
  /// Costs three evaluations of the tokens' energies a step.
  case tokenEnergies
}

/// How the energy of each token changed by a step of a descent that holds contexts.
public struct TokenEnergyChange<Scalar: TensorScalar>: Sendable {
  /// E_A(g_A; g) before the step, [batch, tokens].
  public let before: Tensor<Scalar>
  /// E_A(g'_A; g) - E_A(g_A; g), the change by the token's own move in the context that the step started in,
  /// [batch, tokens]: at most 0 under backtracking.
  public let own: Tensor<Scalar>
  /// E_A(g'_A; g') - E_A(g_A; g), with what the others' moves add, [batch, tokens]: may be positive.
  public let net: Tensor<Scalar>

  fileprivate static func joined(_ parts: [TokenEnergyChange]) -> TokenEnergyChange {
    TokenEnergyChange(
      before: .concatenated(parts.map(\.before), axis: 0), own: .concatenated(parts.map(\.own), axis: 0),
      net: .concatenated(parts.map(\.net), axis: 0))
  }
}

/// The energies, states and quantities that a descent recorded.
public struct Trajectory<Scalar: TensorScalar>: Sendable {
  /// The energy by part before each step and, as recorded, after the last; empty unless recorded.
  public internal(set) var energies: [EnergyByPart<Scalar>] = []
  /// Tokens with the number of steps before them; empty unless recorded.
  public internal(set) var states: [(step: Int, tokens: Tensor<Scalar>)] = []
  /// Recorded quantities by name: before each step and after the last, one value per example.
  public internal(set) var quantities: [String: [[Double]]] = [:]
  /// The decrease of the energy that each step should bring to first order, one value an example; empty unless recorded.
  public internal(set) var predictedDecreases: [[Double]] = []
  /// How the energies of tokens changed by each step; empty unless recorded.
  public internal(set) var tokenEnergyChanges: [TokenEnergyChange<Scalar>] = []

  mutating func record(
    _ recordings: [Recording<Scalar>], step: Int, isLast: Bool, tokens: Tokens<Scalar>,
    activations: () -> Activations<Scalar>, energy: () -> EnergyByPart<Scalar>
  ) {
    for recording in recordings {
      switch recording {
      case .energies: energies.append(energy())
      case .energiesBeforeSteps: if !isLast { energies.append(energy()) }
      case .states(let every):
        if isLast || step % max(1, every) == 0 { states.append((step, tokens.values.detached)) }
      case .quantity(let name, let measure):
        quantities[name, default: []].append(measure(tokens, activations()))
      case .predictedDecreases, .tokenEnergies: break  // known when a step has been taken
      }
    }
  }

  /// The trajectories of successive examples as one.
  static func joined(_ parts: [Trajectory]) -> Trajectory {
    guard let first = parts.first, parts.count > 1 else { return parts.first ?? Trajectory() }
    var result = Trajectory()
    result.energies = first.energies.indices.map { step in
      EnergyByPart(
        first.energies[step].parts.indices.map { index in
          let pieces = parts.map { $0.energies[step].parts[index].energy }
          return (first.energies[step].parts[index].name, .concatenated(pieces, axis: 0))
        })
    }
    result.states = first.states.indices.map { index in
      (first.states[index].step, .concatenated(parts.map { $0.states[index].tokens }, axis: 0))
    }
    result.predictedDecreases = first.predictedDecreases.indices.map { step in
      parts.flatMap { $0.predictedDecreases[step] }
    }
    result.tokenEnergyChanges = first.tokenEnergyChanges.indices.map { step in
      .joined(parts.map { $0.tokenEnergyChanges[step] })
    }
    for name in first.quantities.keys {
      result.quantities[name] = first.quantities[name, default: []].indices.map { step in
        parts.flatMap { $0.quantities[name, default: []][step] }
      }
    }
    return result
  }
}
