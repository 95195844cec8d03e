import Tensors

/// Sparse weights, computed in double precision from the few scores that can get one.
extension MemoryWeighting {
  /// The weights of scores given by their distance from the largest, falling: the first is 0, none below
  /// -margin counts.
  ///
  /// The threshold tau is the one for which the weights add up to 1, found among the largest k scores by
  /// trying k = 1, 2, …; 1.5-entmax solves a quadratic equation for each.
  package func sparseWeights(distances: [Double]) -> [Double] {
    require(self != .softmax, "softmax has no sparse weights")
    return self == .sparsemax ? Self.sparsemax(distances) : Self.entmax15(distances)
  }

  private static func sparsemax(_ z: [Double]) -> [Double] {
    var (sum, threshold) = (0.0, 0.0)
    for (index, score) in z.enumerated() {
      sum += score
      let candidate = (sum - 1) / Double(index + 1)
      if score <= candidate { break }
      threshold = candidate
    }
    return z.map { max($0 - threshold, 0) }
  }

  private static func entmax15(_ z: [Double]) -> [Double] {
    var (sum, squares, threshold) = (0.0, 0.0, 0.0)
    for (index, score) in z.enumerated() {
      let (half, count) = (score / 2, Double(index + 1))
      sum += half
      squares += half * half
      let mean = sum / count
      let deviation = (1 - (squares - sum * mean)) / count
      let candidate = mean - max(deviation, 0).squareRoot()
      if half < candidate { break }
      threshold = candidate
    }
    return z.map {
      let root = max($0 / 2 - threshold, 0)
      return root * root
    }
  }

  /// Omega of weights.
  package func negentropy(_ weights: [Double]) -> Double {
    require(self != .softmax, "softmax has no sparse weights")
    if self == .sparsemax { return (weights.reduce(0) { $0 + $1 * $1 } - 1) / 2 }
    return 4 / 3 * (weights.reduce(0) { $0 + $1 * $1.squareRoot() } - 1)
  }

  /// p·z - Omega(p) for scores that lie `distances` from the largest, `largest`.
  package func conjugate(largest: Double, distances: [Double], weights: [Double]) -> Double {
    zip(weights, distances).reduce(largest) { $0 + $1.0 * $1.1 } - negentropy(weights)
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
        Parallelism.forRanges(conjugates.count, grain: max(1, 8_192 / columns)) { range in
          for row in range {
            let part = UnsafeBufferPointer(rebasing: elements[row * columns..<(row + 1) * columns])
            conjugates.pointer[row] = Scalar(writeRow(part, to: out + row * columns))
          }
        }
      }
    }
    return (weights, Tensor(shape: Array(scores.shape.dropLast()), storage: conjugates))
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  private func writeRow<Scalar: TensorScalar>(
    _ scores: UnsafeBufferPointer<Scalar>, to out: UnsafeMutablePointer<Scalar>
  ) -> Double {
    var largest = scores[0]
    for score in scores where score > largest { largest = score }
    let bound = largest - Scalar(margin)
    let candidates = scores.indices.filter { scores[$0] > bound }
      .sorted { (scores[$0], $1) > (scores[$1], $0) }
    let distances = candidates.map { Double(scores[$0]) - Double(largest) }
    let found = sparseWeights(distances: distances)
    out.update(repeating: 0, count: scores.count)
    for (index, weight) in zip(candidates, found) { out[index] = Scalar(weight) }
    return conjugate(largest: Double(largest), distances: distances, weights: found)
  }
}
