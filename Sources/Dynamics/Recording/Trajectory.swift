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
      case .predictedDecreases: break  // known when a step has been taken
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
    for name in first.quantities.keys {
      result.quantities[name] = first.quantities[name, default: []].indices.map { step in
        parts.flatMap { $0.quantities[name, default: []][step] }
      }
    }
    return result
  }
}
