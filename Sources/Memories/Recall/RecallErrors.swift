import Foundations
public import Tensors

/// The errors of retrieved states against the patterns that they should equal, row by row.
public struct RecallErrors: Sendable, Equatable {
  /// |state - pattern| of each row.
  public let distances: [Double]
  /// |pattern| of each row.
  public let lengths: [Double]
  /// The number of elements of each row whose sign differs from that of its pattern; 0 counts as negative.
  public let wrongSigns: [Int]
  /// The size of a row.
  public let dimension: Int

  /// The errors of states against patterns, [count, dimension] both, at least one row.
  public init<Scalar: TensorScalar>(of states: Tensor<Scalar>, from patterns: Tensor<Scalar>) {
    require(
      states.rank == 2 && states.shape == patterns.shape && states.count > 0,
      "states of shape \(states.shape) beside patterns of shape \(patterns.shape), expected rows of one shape"
    )
    let dimension = states.shape[1]
    (distances, lengths) = (states.rowDistances(to: patterns), patterns.rowLengths)
    let (found, wanted) = (states.elements, patterns.elements)
    wrongSigns = (0..<states.shape[0]).map { row in
      (row * dimension..<(row + 1) * dimension).count { (found[$0] > 0) != (wanted[$0] > 0) }
    }
    self.dimension = dimension
  }

  /// The share of rows that are no farther from their pattern than `tolerance` times its length.
  public func share(within tolerance: Double) -> Double {
    Double(zip(distances, lengths).count { $0 <= tolerance * $1 }) / Double(distances.count)
  }

  /// The share of numbers with a wrong sign.
  public var wrongSignShare: Double {
    Double(wrongSigns.reduce(0, +)) / Double(wrongSigns.count * dimension)
  }

  /// The share of rows without a wrong sign.
  public var faultlessShare: Double { Double(wrongSigns.count { $0 == 0 }) / Double(wrongSigns.count) }
}

extension Tensor {
  /// The Euclidean length of each row of [count, dimension].
  public var rowLengths: [Double] {
    require(rank == 2, "lengths of rows of shape \(shape), expected [count, dimension]")
    return squared().sum(axes: [1]).squareRoot().elements.map { Double($0) }
  }

  /// The distance of each row from that of other rows of the same shape, or from a single one.
  public func rowDistances(to other: Tensor) -> [Double] { (self - other).rowLengths }

  /// The cosine of the angle between each row and that of other rows of the same shape.
  public func rowCosines(with other: Tensor) -> [Double] {
    require(rank == 2 && shape == other.shape, "rows of shape \(shape) beside rows of shape \(other.shape)")
    let products = (self * other).sum(axes: [1]).elements
    let (own, others) = (squared().sum(axes: [1]).elements, other.squared().sum(axes: [1]).elements)
    return products.indices.map { Double(products[$0] / (own[$0] * others[$0]).squareRoot()) }
  }
}

/// The recall of all patterns of a modern Hopfield network by one update, from corrupted copies.
///
/// The patterns are random rows of 1 and -1, and a number is recalled where its sign is.
public struct OneUpdateRecall: Sendable, Equatable {
  /// The number of stored patterns.
  public let patternCount: Int
  /// The number of patterns of which a number was not recalled.
  public let failedCount: Int
  /// The largest |updated number - number| among patterns that were recalled.
  public let largestDeviation: Double

  /// The number of cues shown at once.
  private static var blockSize: Int { 4_096 }

  /// One softmax update for every pattern.
  ///
  /// - Parameters:
  ///   - patternCount: The number of stored patterns.
  ///   - dimension: The size of each.
  ///   - changedSigns: How many signs of each cue are changed.
  ///   - beta: The inverse temperature.
  ///   - stream: Its children draw patterns and cues; it is not advanced.
  public init(
    patternCount: Int, dimension: Int, changedSigns: Int, beta: Float, random stream: RandomStream
  ) {
    let patterns = RandomPatterns.signs(patternCount, dimension: dimension, random: stream.child(0))
    let network = ModernHopfieldNetwork(patterns: patterns, beta: beta)
    var (failed, deviation) = (0, 0.0)
    for start in stride(from: 0, to: patternCount, by: Self.blockSize) {
      let shown = patterns.sliced(axis: 0, start..<min(start + Self.blockSize, patternCount))
      let cues = RandomPatterns.flipping(
        changedSigns, signsOf: shown, random: stream.child(1).child(UInt64(start)))
      let differences = (network.updated(cues) - shown).absoluteValue().maximum(axis: 1).elements
      // A sign is right as long as its number is less than 1 away.
      failed += differences.count { !($0 < 1) }
      deviation = max(deviation, Double(differences.filter { $0 < 1 }.max() ?? 0))
    }
    (self.patternCount, failedCount, largestDeviation) = (patternCount, failed, deviation)
  }

  /// The same for some numbers of patterns, one after the other, up to the first at which a pattern is not recalled.
  ///
  /// - Parameters:
  ///   - patternCounts: The numbers of stored patterns, in the order in which they are tried.
  ///   - dimension: The size of each.
  ///   - changedSigns: How many signs of each cue are changed.
  ///   - beta: The inverse temperature.
  ///   - stream: Number n draws from its child n.
  public static func untilFailure(
    among patternCounts: [Int], dimension: Int, changedSigns: Int, beta: Float, random stream: RandomStream
  ) -> [OneUpdateRecall] {
    var found: [OneUpdateRecall] = []
    for count in patternCounts where found.last.map({ $0.failedCount == 0 }) ?? true {
      found.append(
        OneUpdateRecall(
          patternCount: count, dimension: dimension, changedSigns: changedSigns, beta: beta,
          random: stream.child(UInt64(count))))
    }
    return found
  }
}
