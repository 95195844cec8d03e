/// Why a query's retrieval stopped.
public enum RetrievalStop: Sendable, Equatable, CustomStringConvertible {
  /// The last update moved the state by no more than the tolerance, or no neuron changed.
  case converged
  /// It took all the updates that were allowed.
  case stepLimit
  /// A synchronous update led back to the state before the last one, and always will.
  case twoCycle
  /// No stored pattern reaches the state: the energy is flat there, and the state stays.
  case noMemory
  /// The query, or what an update made of it, is infinite or not a number; the state before that update is
  /// kept.
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
