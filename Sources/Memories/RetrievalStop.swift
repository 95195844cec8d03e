/// Why a query's retrieval stopped.
public enum RetrievalStop: Sendable, Equatable, CustomStringConvertible {
  /// The last update moved the state by no more than the tolerance, or no neuron changed.
  case converged
  /// It took all the updates that were allowed.
  case stepLimit
  /// A synchronous update led back to the state before the last one, and always will.
  case twoCycle
  /// No stored pattern reaches the state, or none is stored: the energy is flat there, and the state stays.
  case noMemory
  /// The query, what an update made of it, or its scores at the state where it would have stopped are infinite or not
  /// a number; the last state of finite numbers is kept. Nothing is told of weights and kind.
  case nonFinite

  public var description: String {
    switch self {
    case .converged: "came to rest"
    case .stepLimit: "took all the steps allowed"
    case .twoCycle: "alternates between two states"
    case .noMemory: "is out of reach of every stored pattern"
    case .nonFinite: "became infinite or not a number"
    }
  }
}
