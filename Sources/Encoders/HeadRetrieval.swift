import Energies
public import Tensors

/// The retrieval of one head over one sequence, update by update.
///
/// The head's modern Hopfield network has the keys K as its stored patterns and every query q as a state:
///
///     A = softmax(β q Kᵀ),   an update   q <- A K
///
/// The encoder answers A V with the weights at the queries as they come, before any update; each update shows where the head
/// would go if its retrieval went on.
///
/// - Source: Ramsauer et al. 2020, equations 3 and 10.
public struct HeadRetrieval<Scalar: TensorScalar>: Sendable {
  /// The head.
  public let index: HeadIndex
  /// The weights at the queries before any update, which are the head's attention, and after each: [tokens, tokens], a row for
  /// each query.
  public let weights: [Tensor<Scalar>]
  /// The mean energy of the queries before any update and after each, as in ``HeadRegime``; it never rises.
  public let energies: [Double]
  /// The mean number of weights that make 90 % of a query's, before any update and after each.
  public let meanCounts: [Double]
  /// The mean of |answer - answer of the encoder| / |answer of the encoder|, before any update, 0, and after each.
  public let answerChanges: [Double]

  /// Follows an observed head through some updates.
  init(repeating retrieval: RepeatedRetrieval<Scalar>, of head: HeadObservation<Scalar>, updates: Int) {
    let queries = Double(head.input.count)
    var weights = [head.square(head.weights)]
    var energies = [retrieval.begin(head) / queries]
    var changes = [0.0]
    for _ in 0..<updates {
      energies.append(retrieval.update(head) / queries)
      weights.append(head.square(retrieval.weights))
      changes.append(retrieval.answerChanges(head).reduce(0, +) / queries)
    }
    index = head.index
    (self.weights, self.energies, answerChanges) = (weights, energies, changes)
    meanCounts = weights.map { Self.meanCount($0) }
  }

  private static func meanCount(_ weights: Tensor<Scalar>) -> Double {
    let count = weights.shape[1]
    let total = weights.withElements { elements in
      (0..<weights.shape[0]).reduce(0) { total, query in
        total
          + DominantWeights.count(
            UnsafeBufferPointer(rebasing: elements[query * count..<(query + 1) * count]))
      }
    }
    return Double(total) / Double(weights.shape[0])
  }
}
