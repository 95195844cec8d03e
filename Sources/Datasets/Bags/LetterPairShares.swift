import Foundations
public import Tensors

/// How frequent every ``LetterPair`` is in each of some bags of sequences: its share of all pairs that far apart.
///
/// A pair of a motif's letters is some fifty times rarer than one letter, so that a motif shows in its pairs where single
/// letters hide it.
public struct LetterPairShares: Sendable {
  /// The shares, [bags, distances * letters * letters], the first letter before the second.
  public let shares: Tensor<Float>
  private let letterCount: Int

  /// The pairs of each bag up to a distance.
  ///
  /// - Cost: `distances` additions per letter.
  public init(of bags: [SymbolSequences], distances: Int) {
    require(!bags.isEmpty, "pairs of letters of no bags")
    let letterCount = bags[0].symbolCount
    let size = letterCount * letterCount
    let rows = Parallelism.map(bags.count) { index -> [Float] in
      let counts = KmerCounts.pairCounts(of: bags[index], distances: distances)
      return (0..<distances).flatMap { KmerCounts.shares(of: counts[$0 * size..<($0 + 1) * size]) }
    }
    shares = Tensor(shape: [rows.count, distances * size], elements: Array(rows.joined()))
    self.letterCount = letterCount
  }

  /// Whether some pair is more frequent in one bag than in another.
  public var differ: Bool {
    let (size, elements) = (shares.shape[1], shares.elements)
    return elements.indices.dropFirst(size).contains { elements[$0] != elements[$0 % size] }
  }

  /// The pairs by which positive bags exceed negative ones most, in standard errors of the difference (Welch's t), the
  /// strongest first; again from the first where there are fewer pairs.
  ///
  /// - Parameters:
  ///   - count: The number of pairs.
  ///   - bags: The bags to compare, such as those of a training part.
  ///   - isPositive: The class of every bag.
  public func strongest(_ count: Int, in bags: [Int], isPositive: [Bool]) -> [LetterPair] {
    func moments(_ isWanted: Bool) -> (mean: [Float], varianceOfMean: [Float]) {
      let members = bags.filter { isPositive[$0] == isWanted }
      let part = shares.gathered(members, axis: 0)
      let mean = part.mean(axes: [0], keepingDimensions: true)
      let variance = (part - mean).squared().mean(axes: [0]) / Float(max(1, members.count - 1))
      return (mean.elements, variance.elements)
    }
    let (positive, negative) = (moments(true), moments(false))
    let excess = positive.mean.indices.map { pair -> Float in
      let variance = positive.varianceOfMean[pair] + negative.varianceOfMean[pair]
      let size = max(positive.mean[pair], negative.mean[pair])
      // A share that is the same everywhere, but for rounding of the means, says nothing.
      return variance > 1e-12 * size * size
        ? (positive.mean[pair] - negative.mean[pair]) / variance.squareRoot() : 0
    }
    let order = excess.indices.sorted { (excess[$0], $1) > (excess[$1], $0) }
    return (0..<count).map { rank in
      let index = order[rank % order.count]
      return LetterPair(
        first: index / letterCount % letterCount, second: index % letterCount,
        distance: index / (letterCount * letterCount) + 1)
    }
  }
}
