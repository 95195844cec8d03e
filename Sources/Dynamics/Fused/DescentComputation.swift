/// How a descent is computed: the answer to `EnergyDescent.computation(from:)`.
public enum DescentComputation: Sendable, Equatable, CustomStringConvertible {
  /// By fused kernels: all steps of some examples at a time, in a core's cache.
  case fused
  /// Energies and gradients by fused kernels, all else by tensor operations, and why.
  case fusedGradients(reason: String)
  /// By tensor operations, and why.
  case general(reason: String)

  public var description: String {
    switch self {
    case .fused: "fused"
    case .fusedGradients(let reason): "fused gradients: \(reason)"
    case .general(let reason): "general: \(reason)"
    }
  }
}
