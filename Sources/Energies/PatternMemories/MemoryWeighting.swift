import Foundations
public import Tensors

/// How the scores of stored patterns become the weights they are mixed with.
///
///     p = argmax over the simplex of  p·z - Omega(p)    Omega(p) = (sum p^alpha - 1) / (alpha (alpha - 1))
///
/// The weights are the gradient of the conjugate Omega*(z) = max over p of p·z - Omega(p), which takes the
/// place of log sum exp in the energy of a memory.
///
/// - Source: Ramsauer et al. 2020 (softmax); Martins and Astudillo 2016 (sparsemax); Peters et al. 2019
///   (1.5-entmax); Hu et al. 2023 and Santos et al. 2024 (their memories).
public enum MemoryWeighting: Sendable, Equatable, CaseIterable {
  /// alpha = 1, Omega = sum p log p: no weight is 0.
  case softmax
  /// alpha = 1.5: p = max(z / 2 - tau, 0)^2.
  case entmax15
  /// alpha = 2: p = max(z - tau, 0).
  case sparsemax

  /// The exponent of Omega.
  public var alpha: Double {
    switch self {
    case .softmax: 1
    case .entmax15: 1.5
    case .sparsemax: 2
    }
  }

  /// A score that leads all others by this much gets the whole weight, exactly: 1 / (alpha - 1), infinite for
  /// softmax.
  ///
  /// - Source: Santos et al. 2024.
  public var margin: Double { 1 / (alpha - 1) }

  /// -Omega of `count` equal weights, the largest that there is: log count for softmax.
  public func largestEntropy(of count: Int) -> Double {
    require(count > 0, "the entropy of \(count) weights")
    switch self {
    case .softmax: return Tensor<Double>(Double(count)).logarithm().scalar
    case .entmax15: return 4 / 3 * (1 - 1 / Double(count).squareRoot())
    case .sparsemax: return (1 - 1 / Double(count)) / 2
    }
  }

  /// The weights of the last axis, by the distances of its scores from the largest: right for finite scores of any
  /// size.
  ///
  /// A row with NaN or +infinity has weights of NaN throughout; one that is -infinity throughout, every pattern
  /// masked, has weights of 0 and the conjugate -infinity. Other scores of -infinity have the weight 0.
  ///
  /// - Shape: as the scores. Weights outside the support are exactly 0 unless this is softmax.
  /// - Cost: one sweep, and sorting the scores within ``margin`` of the largest.
  public func weights<Scalar: TensorScalar>(_ scores: Tensor<Scalar>) -> Tensor<Scalar> {
    if self == .softmax { return scores.softmax() }
    return .differentiable(sparseRows(scores).weights, inputs: [scores]) { pull in
      [pullback(pull.output, cotangent: pull.cotangent)]
    }
  }

  /// Omega* of the last axis, which is removed: log sum exp for softmax.
  public func conjugate<Scalar: TensorScalar>(_ scores: Tensor<Scalar>) -> Tensor<Scalar> {
    if self == .softmax { return scores.logSumExp() }
    return .differentiable(sparseRows(scores).conjugates, inputs: [scores]) { pull in
      [pull.cotangent.reshaped(pull.cotangent.shape + [1]) * weights(pull.inputs[0])]
    }
  }

  /// p^(2 - alpha) on the support: the derivative of p is diag(s) - s sᵀ / sum s.
  public func sensitivity<Scalar: TensorScalar>(_ weights: Tensor<Scalar>) -> Tensor<Scalar> {
    switch self {
    case .softmax: weights
    case .entmax15: weights.reluPower(0.5)
    case .sparsemax: weights.step()
    }
  }

  private func pullback<Scalar: TensorScalar>(
    _ weights: Tensor<Scalar>, cotangent: Tensor<Scalar>
  ) -> Tensor<Scalar> {
    let s = sensitivity(weights)
    // At least 1 but for rounding, unless every score of the row is masked.
    let total = s.sum(axes: [-1], keepingDimensions: true).atLeast(0.5)
    return s * (cotangent - (s * cotangent).sum(axes: [-1], keepingDimensions: true) / total)
  }
}
