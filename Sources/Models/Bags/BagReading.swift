public import Tensors

/// A bag read from its first instance to its last, block by block, without derivatives: memory for the scores
/// alone.
public struct BagReading<Scalar: TensorScalar>: Sendable {
  /// The pooled features, [1, features].
  public let pooled: Tensor<Scalar>
  /// log sum exp of the scores of each head over the instances, [1, heads].
  public let logSums: Tensor<Scalar>
  /// The scores of each instance, [instances, heads], block after block.
  let scores: [Tensor<Scalar>]
  /// The largest score of each head, [1, heads].
  let largest: Tensor<Scalar>
  /// Sum over instances of exp(score - largest), [1, heads].
  let weightSum: Tensor<Scalar>
  /// Sum over instances of exp(score - largest) h, [1, features].
  let valueSum: Tensor<Scalar>

  /// Reads blocks of features and their scores, with a running maximum.
  init(_ blocks: some Sequence<(features: Tensor<Scalar>, scores: Tensor<Scalar>)>) {
    var kept: [Tensor<Scalar>] = []
    var running: (largest: Tensor<Scalar>, weights: Tensor<Scalar>, values: Tensor<Scalar>)?
    for (features, scores) in blocks {
      let own = scores.maximum(axis: 0, keepingDimensions: true)
      let largest = running.map { $0.largest.maximum(own) } ?? own
      let weights = (scores - largest).exponential()
      var sums = (
        largest: largest, weights: weights.sum(axes: [0], keepingDimensions: true),
        values: (weights * features).sum(axes: [0], keepingDimensions: true)
      )
      if let before = running {
        let share = (before.largest - largest).exponential()
        sums.weights = sums.weights + before.weights * share
        sums.values = sums.values + before.values * share
      }
      running = sums
      kept.append(scores)
    }
    guard let running else { fatalError("a bag without instances cannot be pooled") }
    (largest, weightSum, valueSum) = (running.largest, running.weights, running.values)
    pooled = valueSum / weightSum
    logSums = largest + weightSum.logarithm()
    scores = kept
  }

  /// The instances with the largest weights, each counted by the head that it weighs most in; in rising
  /// order.
  func strongest(_ count: Int) -> [Int32] {
    var claims: [Scalar] = []
    for block in scores { claims += (block - logSums).maximum(axis: 1).elements }
    return indicesOfLargest(claims, count: count)
  }

  /// The weight of each instance in the bag, averaged over the heads with `shares` that add up to 1.
  func weights(headShares shares: Tensor<Scalar>) -> [Scalar] {
    scores.flatMap { block in
      ((block - logSums).exponential() * shares).sum(axes: [1]).elements
    }
  }
}
