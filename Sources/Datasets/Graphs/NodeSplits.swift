public import Tensors

/// Random splits of the nodes of a graph, several for each of some parts to learn from, and others of nodes that are set aside
/// for tuning: these are in none of the former, so that nothing is tuned on nodes that score.
public struct NodeSplits: Sendable {
  /// The way in which nodes are set aside for tuning.
  public struct Tuning: Sendable {
    /// The part of the nodes that is set aside, from 0 to below 1; 0 for none.
    public var fraction: Double
    /// The number of splits of the nodes set aside, half of which are learned from.
    public var count: Int
    /// The smallest number of nodes of every class that is worth setting aside; with fewer no node is.
    public var minimumPerClass: Int

    /// A part of the nodes to set aside, and the splits of it.
    public init(fraction: Double, count: Int, minimumPerClass: Int) {
      (self.fraction, self.count, self.minimumPerClass) = (fraction, count, minimumPerClass)
    }
  }

  /// Parts to learn from, in the order given.
  public let fractions: [Double]
  /// The splits for each part.
  public let splits: [[StratifiedSplit]]
  /// Splits of the nodes set aside; none where there are no such nodes.
  public let tuning: [StratifiedSplit]
  /// The nodes set aside, rising.
  public let setAside: [Int]

  /// The number of splits of all parts.
  public var count: Int { splits.reduce(0) { $0 + $1.count } }
  /// The index of the largest part.
  public var largest: Int { fractions.indices.max { fractions[$0] < fractions[$1] } ?? 0 }

  /// Draws every split.
  ///
  /// - Parameters:
  ///   - labels: The class of each node.
  ///   - fractions: Parts of the nodes that are not set aside, above 0 and below 1.
  ///   - count: The number of splits for each part.
  ///   - tuning: How nodes are set aside for tuning; none are where nil.
  ///   - stream: The stream that the splits draw from. The nodes set aside do not depend on it, so that no run
  ///     tunes on nodes that score in another.
  /// - Throws: ``SplitError`` that names the part which leaves no node of a class to learn from, to choose by or to test on.
  public init(
    labels: [Int], fractions: [Double], count: Int, tuning: Tuning?, random stream: RandomStream
  ) throws {
    self.fractions = fractions
    let asideStream = RandomStream(seed: 0).child(7)
    let parted = tuning.flatMap { Self.parted(labels, $0, random: asideStream) }
    let aside = parted?.training ?? []
    setAside = aside
    self.tuning = try (0..<(parted == nil ? 0 : tuning?.count ?? 0)).map { index in
      try Self.split(
        labels, 0.5, among: aside, of: "the nodes set aside", random: asideStream.child(UInt64(index)))
    }
    splits = try fractions.map { fraction in
      try (0..<count).map { index in
        try Self.split(
          labels, fraction, among: parted?.test, of: "a part of \(fraction) to learn from",
          random: stream.child(UInt64(fraction * 1e6)).child(UInt64(index)))
      }
    }
  }

  /// The nodes set aside as those to learn from, and the others as those to test on; nil where too few would be set aside.
  private static func parted(
    _ labels: [Int], _ tuning: Tuning, random stream: RandomStream
  ) -> StratifiedSplit? {
    let counts = Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +).values
    guard
      tuning.fraction > 0,
      counts.allSatisfy({ Int((tuning.fraction * Double($0)).rounded()) >= tuning.minimumPerClass })
    else { return nil }
    return try? StratifiedSplit(
      labels: labels, trainingFraction: tuning.fraction, validationFraction: 0, random: stream)
  }

  private static func split(
    _ labels: [Int], _ fraction: Double, among candidates: [Int]?, of part: String,
    random stream: RandomStream
  ) throws -> StratifiedSplit {
    let split: StratifiedSplit
    do {
      split = try StratifiedSplit(
        labels: labels, trainingFraction: fraction, among: candidates, random: stream)
    } catch let error as SplitError {
      throw error.behind("\(part): ")
    }
    for (use, members) in [
      ("learn from", split.training), ("choose by", split.validation), ("test on", split.test),
    ] {
      for label in Set(labels).sorted() where !members.contains(where: { labels[$0] == label }) {
        throw SplitError("\(part) leaves no node of ", label: label, " to \(use)")
      }
    }
    return split
  }
}
