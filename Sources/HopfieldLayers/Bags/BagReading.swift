public import Tensors

/// A bag read from its first instance to its last, block by block, without derivatives.
public struct BagReading<Scalar: TensorScalar>: Sendable {
  /// The pooled features, [1, features].
  public let pooled: Tensor<Scalar>
  /// log sum exp of the scores of each head over the instances, [1, heads].
  public let logSums: Tensor<Scalar>
  /// The largest score of each head, [1, heads].
  let largest: Tensor<Scalar>
  /// Sum over instances of exp(score - largest), [1, heads].
  let weightSum: Tensor<Scalar>
  /// Sum over instances of exp(score - largest) h, [1, features].
  let valueSum: Tensor<Scalar>
  /// How much each instance weighs in the head that it weighs most in, compared with the mean of the
  /// instances up to its block, as a logarithm; empty unless asked for.
  private let claims: [Scalar]

  init(_ pool: SoftmaxPool<Scalar>, claims: [Scalar]) {
    (largest, weightSum, valueSum) = (pool.largest, pool.weightSum, pool.valueSum)
    (pooled, logSums) = (pool.pooled, pool.logSums)
    self.claims = claims
  }

  /// The instances with the largest claims, in rising order.
  func strongest(_ count: Int) -> [Int32] { indicesOfLargest(claims, count: count) }
}
