import Foundations
public import Tensors

/// The input of a Hopfield association: states that retrieve stored patterns and are answered with their values.
///
/// A batch of 1 is shared by all examples of the others.
public struct HopfieldPatterns<Scalar: TensorScalar>: Sendable {
  /// State patterns (queries), [batch or 1, states, state size].
  public var states: Tensor<Scalar>
  /// Stored patterns (keys), [batch or 1, stored patterns, stored size].
  public var stored: Tensor<Scalar>
  /// The values of the stored patterns, [batch or 1, stored patterns, value size]; the patterns themselves when nil.
  public var values: Tensor<Scalar>?

  /// States, stored patterns and, where they are not the same, values.
  public init(states: Tensor<Scalar>, stored: Tensor<Scalar>, values: Tensor<Scalar>? = nil) {
    self.states = states
    self.stored = stored
    self.values = values
  }

  /// Patterns that are associated with each other: each is a state, and all are stored.
  public init(_ patterns: Tensor<Scalar>) { self.init(states: patterns, stored: patterns) }

  /// Checks the shapes against the configuration; examples, states and stored patterns.
  func sizes(_ configuration: HopfieldConfiguration) -> (batch: Int, states: Int, stored: Int) {
    let values = values ?? stored
    let all = [states, stored, values]
    let expected = [configuration.stateSize, configuration.storedSize, configuration.valueSize]
    require(
      zip(all, expected).allSatisfy { $0.rank == 3 && $0.shape[2] == $1 },
      "states \(states.shape), stored patterns \(stored.shape) and values \(values.shape): expected "
        + "[batch, count, size] with sizes \(expected)")
    let batch = all.map { $0.shape[0] }.reduce(1) { $0 == 1 ? $1 : $0 }
    require(
      all.allSatisfy { [1, batch].contains($0.shape[0]) } && stored.shape[1] == values.shape[1],
      "states \(states.shape), stored patterns \(stored.shape) and values \(values.shape) differ in examples "
        + "or count")
    require(
      stored.shape[1] + configuration.extraCount > 0, "no stored patterns, shape \(stored.shape)")
    return (batch, states.shape[1], stored.shape[1])
  }
}
