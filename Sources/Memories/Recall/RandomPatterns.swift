import Foundations
public import Tensors

/// Random patterns to measure memories with, and corrupted copies of them.
///
/// Streams are not advanced: the same stream gives the same patterns.
public enum RandomPatterns {
  /// Rows of 1 and -1, each with equal chance, [count, dimension].
  public static func signs(_ count: Int, dimension: Int, random stream: RandomStream) -> Tensor<Float> {
    require(count >= 0 && dimension > 0, "\(count) patterns of \(dimension) numbers")
    var random = stream
    var bits: UInt64 = 0
    let elements = (0..<count * dimension).map { index -> Float in
      if index % 64 == 0 { bits = random.next() }
      defer { bits >>= 1 }
      return bits & 1 == 0 ? 1 : -1
    }
    return Tensor(shape: [count, dimension], elements: elements)
  }

  /// Rows with the sign of `count` numbers each changed, drawn anew for every row.
  ///
  /// Which signs change depends on the stream, the row's index and its length alone.
  public static func flipping(
    _ count: Int, signsOf rows: Tensor<Float>, random stream: RandomStream
  ) -> Tensor<Float> {
    require(rows.rank == 2, "rows of shape \(rows.shape), expected [count, dimension]")
    let dimension = rows.shape[1]
    require((0...dimension).contains(count), "\(count) signs to change of \(dimension)")
    var elements = rows.elements
    for row in 0..<rows.shape[0] {
      var random = stream.child(UInt64(row))
      var columns = Array(0..<dimension)
      for index in 0..<count {
        columns.swapAt(index, index + random.integer(below: dimension - index))
        elements[row * dimension + columns[index]].negate()
      }
    }
    return Tensor(shape: rows.shape, elements: elements)
  }

  /// Rows drawn uniformly from the sphere of a radius around 0, [count, dimension].
  ///
  /// - Source: Muller 1959: normal numbers, brought to one length.
  public static func onSphere(
    _ count: Int, dimension: Int, radius: Double, random stream: RandomStream
  ) -> Tensor<Double> {
    var random = stream
    let rows = Tensor<Double>.normal([count, dimension], using: &random)
    return rows / rows.squared().sum(axes: [1], keepingDimensions: true).squareRoot() * radius
  }

  /// Rows plus normal noise whose length is about `share` of each row's.
  public static func noisy(_ rows: Tensor<Float>, share: Float, random stream: RandomStream) -> Tensor<Float>
  {
    require(rows.rank == 2, "rows of shape \(rows.shape), expected [count, dimension]")
    var random = stream
    let noise = Tensor<Float>.normal(rows.shape, using: &random)
    let lengths = rows.squared().sum(axes: [1], keepingDimensions: true).squareRoot()
    return rows + noise * lengths * (share / Float(rows.shape[1]).squareRoot())
  }

  /// Means of `parts` different rows each with random weights that add up to 1, [count, dimension].
  public static func mixtures(
    of patterns: Tensor<Double>, parts: Int, count: Int, random stream: RandomStream
  ) -> Tensor<Double> {
    require(
      patterns.rank == 2 && (1...patterns.shape[0]).contains(parts) && count > 0,
      "\(count) mixtures of \(parts) patterns each among those of shape \(patterns.shape)")
    var random = stream
    let rows = (0..<count).map { _ -> Tensor<Double> in
      let chosen = Array(random.permutation(of: patterns.shape[0]).prefix(parts))
      let shares = chosen.map { _ in random.uniform() + 1e-3 }
      let total = shares.reduce(0, +)
      let weights = Tensor<Double>(shape: [parts, 1], elements: shares.map { $0 / total })
      return (patterns.gathered(chosen, axis: 0) * weights).sum(axes: [0], keepingDimensions: true)
    }
    return .concatenated(rows, axis: 0)
  }
}
