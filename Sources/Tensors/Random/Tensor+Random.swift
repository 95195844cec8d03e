extension Tensor {
  /// Independent draws from a normal distribution with mean 0.
  public static func normal(
    _ shape: [Int], standardDeviation: Double = 1, using random: inout RandomStream
  ) -> Tensor {
    Tensor(shape: shape) { out in
      random.fillNormal(out, count: elementCount(shape), standardDeviation: standardDeviation)
    }
  }

  /// Independent draws from the uniform distribution over `range`.
  public static func uniform(
    _ shape: [Int], in range: Range<Double> = 0..<1, using random: inout RandomStream
  ) -> Tensor {
    let width = range.upperBound - range.lowerBound
    return Tensor(
      shape: shape,
      elements: (0..<elementCount(shape)).map { _ in Scalar(range.lowerBound + random.uniform() * width) })
  }
}
