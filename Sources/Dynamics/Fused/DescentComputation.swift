/// How a descent is computed: the answer to `EnergyDescent.computation(from:)`.
public enum DescentComputation: Sendable, Equatable, CustomStringConvertible {
  /// By fused kernels: all steps of some examples at a time, in a core's cache.
  case fused
  /// By tensor operations, and why.
  case general(reason: String)

  public var description: String {
    switch self {
    case .fused: "fused"
    case .general(let reason): "general: \(reason)"
    }
  }
}
