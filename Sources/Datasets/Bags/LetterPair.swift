import Foundations
public import Tensors

/// A letter at some distance before another.
public struct LetterPair: Sendable, Equatable {
  /// The letters.
  public let first: Int, second: Int
  /// The number of positions from the first letter to the second, 1 for neighbours.
  public let distance: Int

  /// A pair from its parts.
  public init(first: Int, second: Int, distance: Int) {
    (self.first, self.second, self.distance) = (first, second, distance)
  }

  /// Kernels of a convolution over one-hot letters that answer to a pair each, [width, letters, pairs].
  ///
  /// A kernel weighs each of its two letters with `weight`, the pair lying in its middle, beside normal numbers whose sum
  /// over a window has variance `variance`. A pair that is longer than the kernel leaves it random.
  public static func kernels(
    _ pairs: [LetterPair], width: Int, letterCount: Int, weight: Double, variance: Double,
    random stream: RandomStream
  ) -> Tensor<Float> {
    require(
      width > 0 && pairs.allSatisfy { max($0.first, $0.second) < letterCount },
      "kernels of \(width) letters for pairs \(pairs) of \(letterCount) letters")
    var random = stream
    let drawn = Tensor<Float>.normal(
      [width, letterCount, pairs.count], standardDeviation: (variance / Double(width)).squareRoot(),
      using: &random)
    var elements = drawn.elements
    for (kernel, pair) in pairs.enumerated() where pair.distance < width {
      let start = (width - pair.distance) / 2
      for (row, letter) in [(start, pair.first), (start + pair.distance, pair.second)] {
        elements[(row * letterCount + letter) * pairs.count + kernel] += Float(weight)
      }
    }
    return Tensor(shape: drawn.shape, elements: elements)
  }
}
