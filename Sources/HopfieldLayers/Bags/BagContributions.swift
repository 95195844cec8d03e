public import Tensors

/// Which instances make up what a network pools of positive bags.
public struct BagContributions: Codable, Equatable, Sendable {
  /// A bag with what a network read of it.
  public struct Bag<Scalar: TensorScalar>: Sendable {
    let sequences: SymbolSequences
    let reading: BagReading<Scalar>
    let isPositive: Bool
    let witnesses: [Int32]?

    /// - Parameter witnesses: The instances that make it positive; nil where they are not known.
    public init(
      _ sequences: SymbolSequences, reading: BagReading<Scalar>, isPositive: Bool, witnesses: [Int32]? = nil
    ) {
      (self.sequences, self.reading) = (sequences, reading)
      (self.isPositive, self.witnesses) = (isPositive, witnesses)
    }
  }

  /// An instance of a bag with the part of the bag that it makes up.
  public struct Contributor: Codable, Equatable, Sendable {
    /// The instance, by its index.
    public let instance: Int
    /// Its weight; those of a bag add up to 1.
    public let weight: Double
  }

  /// The mean over the bags looked into of the weight on their witnesses; nil where no witnesses are known.
  public let witnessShare: Double?
  /// The first of these bags, by its index among all given.
  public let firstBag: Int
  /// Its instances with the largest weights, the largest first; of equal weights the first ones.
  public let strongest: [Contributor]

  /// Looks into positive bags, those with known witnesses if there are any; nil where no bag is positive.
  ///
  /// - Parameters:
  ///   - network: The network that read the bags.
  ///   - featureShares: How much each feature counts, such as `network.featureShares(over:)`.
  ///   - bags: Bags of both classes.
  ///   - most: How many bags are looked into at most, the first ones.
  ///   - count: How many instances of the first of them are wanted.
  public init?<Scores: InstanceScores>(
    of network: SequenceBagNetwork<Scores>, featureShares: [Double], in bags: [Bag<Scores.Scalar>],
    most: Int, strongest count: Int = 10
  ) {
    let positive = bags.indices.filter { bags[$0].isPositive }
    let known = positive.filter { bags[$0].witnesses?.isEmpty == false }
    let shown = Array((known.isEmpty ? positive : known).prefix(most))
    guard let firstBag = shown.first else { return nil }
    let weights = Parallelism.map(shown.count) { index in
      let bag = bags[shown[index]]
      return network.instanceWeights(of: bag.sequences, reading: bag.reading, featureShares: featureShares)
    }
    let shares = zip(shown, weights).compactMap { index, weights in
      bags[index].witnesses.map { $0.reduce(0) { $0 + Double(weights[Int($1)]) } }
    }
    witnessShare = shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
    let first = weights[0]
    let order = first.indices.sorted { (first[$0], $1) > (first[$1], $0) }
    strongest = order.prefix(count).map { Contributor(instance: $0, weight: Double(first[$0])) }
    self.firstBag = firstBag
  }
}
