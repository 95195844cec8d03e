public import Energies
import Foundations
public import Tensors

/// Which stored patterns a state may attend to. One that may attend to none is answered with zeros, before the output's
/// projection.
public struct AssociationMasks<Scalar: TensorScalar>: Sendable {
  /// Which stored patterns are real; the others are padding and take part in nothing.
  public var stored: TokenMask?
  /// Numbers added to the scores, [batch or 1, heads or 1, states, stored patterns]; -infinity removes a
  /// pair.
  public var scores: Tensor<Scalar>?

  /// A mask of stored patterns, numbers added to scores, or both; neither when nil.
  public init(stored: TokenMask? = nil, scores: Tensor<Scalar>? = nil) {
    self.stored = stored
    self.scores = scores
  }

  /// Every state may attend to every stored pattern.
  public static var none: AssociationMasks { AssociationMasks() }

  /// State i may attend to stored pattern j where `isAllowed(i, j)`.
  public static func pairs(
    states: Int, stored: Int, isAllowed: (_ state: Int, _ stored: Int) -> Bool
  ) -> AssociationMasks {
    let elements = (0..<states).flatMap { i in
      (0..<stored).map { j in isAllowed(i, j) ? 0 : -Scalar.infinity }
    }
    return AssociationMasks(scores: Tensor(shape: [1, 1, states, stored], elements: elements))
  }

  /// State i may attend to stored patterns 0 ... i, as in sequences that are continued.
  public static func causal(_ count: Int) -> AssociationMasks {
    pairs(states: count, stored: count) { $0 >= $1 }
  }

  /// What is added to scores of shape [batch, heads, states, stored + extra]: repeated axes may be 1, and the
  /// extra stored patterns, the last ones, are never masked. Nil where nothing is.
  func added(batch: Int, heads: Int, states: Int, stored count: Int, extra: Int) -> Tensor<Scalar>? {
    var added = scores
    if let scores {
      require(
        scores.rank == 4 && [1, batch].contains(scores.shape[0]) && [1, heads].contains(scores.shape[1])
          && scores.shape[2...] == [states, count],
        "a mask of scores has shape [\(batch) or 1, \(heads) or 1, \(states), \(count)], not \(scores.shape)")
    }
    if let stored {
      require(
        stored.batch == batch && stored.tokenCount == count,
        "a mask of [\(stored.batch), \(stored.tokenCount)] for stored patterns of [\(batch), \(count)]")
      let padding = Tensor<Scalar>(
        shape: [batch, 1, 1, count], elements: stored.isReal.map { $0 ? 0 : -.infinity })
      added = added.map { $0 + padding } ?? padding
    }
    return added?.padded(axis: 3, before: 0, to: count + extra)
  }
}
