/// How a descent is computed, part by part: the answer to `EnergyDescent.computation(from:)`.
///
/// Printed, it is `fused` where everything is, and otherwise says what is not, and why.
public struct DescentComputation: Sendable, Equatable, CustomStringConvertible {
  /// One of two ways to the same numbers.
  public enum Way: Sendable, Equatable, CustomStringConvertible {
    /// By fused kernels.
    case fused
    /// By tensor operations, and why.
    case general(reason: String)

    public var description: String {
      switch self {
      case .fused: "fused"
      case .general(let reason): "general, \(reason)"
      }
    }
  }

  /// How a part of the energy, its gradient and what training needs of it are computed.
  public struct Part: Sendable, Equatable {
    /// The name of the part in the sum.
    public let name: String
    /// The way in which it is computed.
    public let way: Way
  }

  /// The parts of the energy, in the order of the sum.
  public let parts: [Part]
  /// The way in which steps are taken: where it is fused, all steps of some examples at a time in a core's cache.
  public let steps: Way

  /// Whether all parts and the steps are fused.
  public var isFused: Bool { steps == .fused && parts.allSatisfy { $0.way == .fused } }

  public var description: String {
    guard case .general(let reason) = steps else {
      return isFused ? "fused" : ways.joined(separator: "; ")
    }
    if parts.allSatisfy({ $0.way == steps }) { return "general: \(reason)" }
    if parts.allSatisfy({ $0.way == .fused }) { return "fused gradients: \(reason)" }
    return (ways + ["steps: \(steps)"]).joined(separator: "; ")
  }

  private var ways: [String] { parts.map { "\($0.name): \($0.way)" } }
}
