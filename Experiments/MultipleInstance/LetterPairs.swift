import EnergyTransformer

/// Pairs of letters, up to a few places apart, as shares of all pairs of a repertoire that far apart.
///
/// They say where kernels begin: with the pairs that are more frequent in the positive than in the negative
/// repertoires of a training part. A pair of a motif's letters is some fifty times rarer than one letter, so
/// that the motif shows in it; random kernels see little more than single letters.
struct LetterPairs {
  /// The largest distance of two letters.
  static let distances = 4
  private static let letters = AminoAcids.count

  /// The shares, [repertoires, distances * letters * letters].
  let shares: Tensor<Float>
  private let isPositive: [Bool]

  /// Whether some pair is more frequent in one repertoire than in another.
  var differ: Bool {
    let size = shares.shape[1]
    let elements = shares.elements
    return elements.indices.dropFirst(size).contains { elements[$0] != elements[$0 % size] }
  }

  /// A letter `distance` places before another.
  struct Pair: Equatable {
    let first: Int
    let second: Int
    let distance: Int
  }

  init(_ repertoires: [Repertoire]) {
    isPositive = repertoires.map(\.isPositive)
    let rows = Parallelism.map(repertoires.count) { index -> [Float] in
      let counts = KmerCounts.pairCounts(of: repertoires[index].sequences, distances: Self.distances)
      let size = Self.letters * Self.letters
      return (0..<Self.distances).flatMap { distance -> [Float] in
        let part = counts[distance * size..<(distance + 1) * size]
        let total = Float(max(1, part.reduce(0) { $0 + Int($1) }))
        return part.map { Float($0) / total }
      }
    }
    shares = Tensor(
      shape: [rows.count, Self.distances * Self.letters * Self.letters], elements: Array(rows.joined()))
  }

  /// The `count` pairs by which the positive repertoires of a training part exceed the negative ones most,
  /// in standard errors of the difference (Welch's t), the strongest first; again from the first if there
  /// are too few.
  func strongest(_ count: Int, in training: [Int]) -> [Pair] {
    func moments(_ isWanted: Bool) -> (mean: [Float], ofMean: [Float]) {
      let members = training.filter { isPositive[$0] == isWanted }
      let part = shares.gathered(members, axis: 0)
      let mean = part.mean(axes: [0], keepingDimensions: true)
      let variance = (part - mean).squared().mean(axes: [0]) / Float(max(1, members.count - 1))
      return (mean.elements, variance.elements)
    }
    let (positive, negative) = (moments(true), moments(false))
    let excess = positive.mean.indices.map { pair -> Float in
      let variance = positive.ofMean[pair] + negative.ofMean[pair]
      let size = max(positive.mean[pair], negative.mean[pair])
      // A share that is the same everywhere, but for rounding of the means, says nothing.
      return variance > 1e-12 * size * size
        ? (positive.mean[pair] - negative.mean[pair]) / variance.squareRoot() : 0
    }
    let order = excess.indices.sorted { (excess[$0], $1) > (excess[$1], $0) }
    return (0..<count).map { rank in
      let place = order[rank % order.count]
      return Pair(
        first: place / Self.letters % Self.letters, second: place % Self.letters,
        distance: place / (Self.letters * Self.letters) + 1)
    }
  }

  /// Kernels [width, letters, pairs] that answer to a pair each, at their middle: `weight` for each of its
  /// two letters, beside weights drawn with a sum over a window of variance `variance`.
  static func kernels(
    _ pairs: [Pair], width: Int, weight: Double, variance: Double, random: RandomStream
  ) -> Tensor<Float> {
    var stream = random
    let drawn = Tensor<Float>.normal(
      [width, letters, pairs.count], standardDeviation: (variance / Double(width)).squareRoot(),
      using: &stream)
    var elements = drawn.elements
    for (kernel, pair) in pairs.enumerated() where pair.distance < width {
      let place = (width - pair.distance) / 2
      elements[(place * letters + pair.first) * pairs.count + kernel] += Float(weight)
      elements[((place + pair.distance) * letters + pair.second) * pairs.count + kernel] += Float(weight)
    }
    return Tensor(shape: drawn.shape, elements: elements)
  }
}
