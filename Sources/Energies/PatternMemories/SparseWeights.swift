import Foundations
import Tensors

/// Sparse weights, computed in double precision from the few scores that can get one.
///
/// Scores count by their distance from the largest alone: the threshold then lies in -margin ..< 0 and can never
/// round back to the largest score, however large that is.
extension MemoryWeighting {
  /// The weights of scores given by their distance from the largest, falling: the first is 0, none below
  /// -margin counts.
  ///
  /// The threshold tau is the one for which the weights add up to 1, found among the largest k scores by
  /// trying k = 1, 2, …; 1.5-entmax solves a quadratic equation for each. One step of Newton's method then takes
  /// away what sums of many scores have rounded.
  package func sparseWeights(distances: [Double]) -> [Double] {
    require(self != .softmax, "softmax has no sparse weights")
    if self == .sparsemax {
      let threshold = Self.sparsemaxThreshold(distances)
      let excess = distances.reduce(into: (weight: 0.0, slope: 0.0)) { sum, score in
        let rest = score - threshold
        if rest > 0 { sum = (sum.weight + rest, sum.slope + 1) }
      }
      let refined = threshold + (excess.weight - 1) / excess.slope
      return distances.map { max($0 - refined, 0) }
    }
    let halves = distances.map { $0 / 2 }
    let threshold = Self.entmax15Threshold(halves)
    let excess = halves.reduce(into: (weight: 0.0, slope: 0.0)) { sum, half in
      let root = half - threshold
      if root > 0 { sum = (sum.weight + root * root, sum.slope + 2 * root) }
    }
    let refined = threshold + (excess.weight - 1) / excess.slope
    return halves.map {
      let root = max($0 - refined, 0)
      return root * root
    }
  }

  private static func sparsemaxThreshold(_ z: [Double]) -> Double {
    var (sum, threshold) = (0.0, -1.0)
    for (index, score) in z.enumerated() {
      sum += score
      let candidate = (sum - 1) / Double(index + 1)
      if score <= candidate { break }
      threshold = candidate
    }
    return threshold
  }

  private static func entmax15Threshold(_ halves: [Double]) -> Double {
    var (sum, squares, threshold) = (0.0, 0.0, -1.0)
    for (index, half) in halves.enumerated() {
      let count = Double(index + 1)
      sum += half
      squares += half * half
      let mean = sum / count
      let deviation = (1 - (squares - sum * mean)) / count
      let candidate = mean - max(deviation, 0).squareRoot()
      if half < candidate { break }
      threshold = candidate
    }
    return threshold
  }

  /// Omega of weights.
  package func negentropy(_ weights: [Double]) -> Double {
    require(self != .softmax, "softmax has no sparse weights")
    if self == .sparsemax { return (weights.reduce(0) { $0 + $1 * $1 } - 1) / 2 }
    return 4 / 3 * (weights.reduce(0) { $0 + $1 * $1.squareRoot() } - 1)
  }

  /// p·z - Omega(p) for scores that lie `distances` from the largest, `largest`.
  package func conjugate(largest: Double, distances: [Double], weights: [Double]) -> Double {
    largest + (zip(weights, distances).reduce(0) { $0 + $1.0 * $1.1 } - negentropy(weights))
  }

  /// Weights and Omega* of every row; constants for differentiation.
  func sparseRows<Scalar: TensorScalar>(
    _ scores: Tensor<Scalar>
  ) -> (weights: Tensor<Scalar>, conjugates: Tensor<Scalar>) {
    require(scores.rank > 0 && scores.shape[scores.rank - 1] > 0, "weights of shape \(scores.shape)")
    let columns = scores.shape[scores.rank - 1]
    let conjugates = Storage<Scalar>(count: scores.count / columns)
    let weights = Tensor<Scalar>(shape: scores.shape) { out in
      scores.withElements { elements in
        guard let start = elements.baseAddress else { return }
        Parallelism.forRanges(conjugates.count, grain: max(1, 8_192 / columns)) { range in
          for row in range {
            let value = writeRow(start + row * columns, count: columns, to: out + row * columns)
            conjugates.pointer[row] = Scalar(value)
          }
        }
      }
    }
    return (weights, Tensor(shape: Array(scores.shape.dropLast()), storage: conjugates))
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  private func writeRow<Scalar: TensorScalar>(
    _ scores: UnsafePointer<Scalar>, count: Int, to out: UnsafeMutablePointer<Scalar>
  ) -> Double {
    var largest: Scalar = 0
    // NaN if any score is.
    Scalar.kernels.maximum(outer: 1, reduced: count, inner: 1, x: scores, y: &largest)
    guard largest.isFinite else {
      let isMasked = largest == -.infinity
      out.update(repeating: isMasked ? 0 : .nan, count: count)
      return isMasked ? -.infinity : .nan
    }
    // Rounding a difference leaves its order: no score within the margin is lost, one at its border gets 0.
    let reach = -Scalar(margin)
    let candidates = (0..<count).filter { scores[$0] - largest >= reach }
      .sorted { (scores[$0], $1) > (scores[$1], $0) }
    let distances = candidates.map { Double(scores[$0]) - Double(largest) }
    let found = sparseWeights(distances: distances)
    out.update(repeating: 0, count: count)
    for (index, weight) in zip(candidates, found) { out[index] = Scalar(weight) }
    return conjugate(largest: Double(largest), distances: distances, weights: found)
  }
}
