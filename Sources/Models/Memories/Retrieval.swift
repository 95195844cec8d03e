public import Tensors

/// What came out of a retrieval, query by query.
public struct Retrieval<Scalar: TensorScalar>: Sendable {
  /// The states after the last update, [queries, dimension].
  public let states: Tensor<Scalar>
  /// The updates of each query.
  public let steps: [Int]
  /// Why each query stopped.
  public let stopReasons: [RetrievalStop]
  /// The energy of each query before each update and after the last, steps + 1 numbers; empty unless
  /// recorded. A query that stopped as ``RetrievalStop/nonFinite`` has none after the last.
  public let energies: [[Double]]
  /// The largest weights of the stored patterns at the last state of each query, falling; empty unless asked
  /// for, for memories without weights, and where a query stopped as ``RetrievalStop/nonFinite``.
  public let weights: [[PatternWeight]]
  /// The fixed point of each query; nil where it was not asked for or the memory cannot tell, and where a query stopped
  /// as ``RetrievalStop/nonFinite``.
  public let fixedPoints: [FixedPoint?]

  /// A retrieval of its parts, as a memory of one's own reports it.
  public init(
    states: Tensor<Scalar>, steps: [Int], stopReasons: [RetrievalStop], energies: [[Double]] = [],
    weights: [[PatternWeight]] = [], fixedPoints: [FixedPoint?]
  ) {
    self.states = states
    self.steps = steps
    self.stopReasons = stopReasons
    self.energies = energies
    self.weights = weights
    self.fixedPoints = fixedPoints
  }
}
