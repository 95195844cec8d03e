public import Energies
public import Tensors

/// What a descent kept on its way.
public struct Trajectory<Scalar: TensorScalar>: Sendable {
  /// The energy by part before each step and, as recorded, after the last; empty unless recorded.
  public internal(set) var energies: [EnergyByPart<Scalar>] = []
  /// Tokens with the number of steps before them; empty unless recorded.
  public internal(set) var states: [(step: Int, tokens: Tensor<Scalar>)] = []
  /// Recorded quantities by name: for each of steps + 1 moments one value an example.
  public internal(set) var quantities: [String: [[Double]]] = [:]

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
      }
    }
  }

  /// The trajectories of successive examples as one.
  static func joined(_ parts: [Trajectory]) -> Trajectory {
    guard let first = parts.first, parts.count > 1 else { return parts.first ?? Trajectory() }
    var result = Trajectory()
    result.energies = first.energies.indices.map { moment in
      EnergyByPart(
        first.energies[moment].parts.indices.map { index in
          let pieces = parts.map { $0.energies[moment].parts[index].energy }
          return (first.energies[moment].parts[index].name, .concatenated(pieces, axis: 0))
        })
    }
    result.states = first.states.indices.map { moment in
      (first.states[moment].step, .concatenated(parts.map { $0.states[moment].tokens }, axis: 0))
    }
    for name in first.quantities.keys {
      result.quantities[name] = first.quantities[name, default: []].indices.map { moment in
        parts.flatMap { $0.quantities[name, default: []][moment] }
      }
    }
    return result
  }
}
