import Tensors

/// Queries, keys and values of one head over one sequence, in rows of the projections.
struct HeadInput<Scalar: TensorScalar> {
  /// The number of tokens.
  let count: Int
  let queries: UnsafePointer<Scalar>, keys: UnsafePointer<Scalar>, values: UnsafePointer<Scalar>
}

/// What a head did with one sequence; the pointers hold while it is being looked at.
struct HeadObservation<Scalar: TensorScalar> {
  let input: HeadInput<Scalar>
  /// From one query, key or value to the next.
  let row: Int
  /// The numbers of a query.
  let size: Int
  let beta: Scalar
  /// The weights of each query's last retrieval, rows `weightsRow` apart.
  let weights: UnsafePointer<Scalar>, weightsRow: Int
  /// log Σ exp(β q·k) of each query's last retrieval; without meaning for rules that look at no keys.
  let logSums: UnsafePointer<Double>
  let answers: UnsafePointer<Scalar>, answersRow: Int
  var sequence = 0
  var place = HeadPlace(layer: 0, head: 0)

  func placed(sequence: Int, layer: Int, head: Int) -> HeadObservation {
    var copy = self
    (copy.sequence, copy.place) = (sequence, HeadPlace(layer: layer, head: head))
    return copy
  }
}
