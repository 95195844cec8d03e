import Foundations
public import Tensors

/// Which instances make up what a network pools of some bags.
public struct BagContributions: Equatable, Sendable {
  /// A bag with what a network read of it.
  public struct Bag<Scalar: TensorScalar>: Sendable {
    let sequences: LetterSequences
    let reading: BagReading<Scalar>
    let witnesses: [Int32]?

    /// - Parameter witnesses: The instances that make it positive; nil where they are not known.
    public init(_ sequences: LetterSequences, reading: BagReading<Scalar>, witnesses: [Int32]? = nil) {
      (self.sequences, self.reading, self.witnesses) = (sequences, reading, witnesses)
    }
  }

  /// An instance of a bag with the part of the bag that it makes up.
  public struct Contributor: Equatable, Sendable {
    /// The instance, by its index.
    public let instance: Int
    /// Its weight; those of a bag add up to 1.
    public let weight: Double
  }

  /// The mean over bags of the weight on their witnesses; nil where no witnesses are known.
  public let witnessShare: Double?
  /// The instances of the first bag with the largest weights, the largest first; of equal weights the first ones.
  public let strongest: [Contributor]

  /// Looks into some bags, several at a time.
  ///
  /// - Parameters:
  ///   - network: The network that read the bags.
  ///   - featureShares: How much each feature counts, such as `network.featureShares(over:)`.
  ///   - bags: One or more.
  ///   - count: How many instances of the first bag are wanted.
  public init<Scores: InstanceScores>(
    of network: SequenceBagNetwork<Scores>, featureShares: [Double], in bags: [Bag<Scores.Scalar>],
    strongest count: Int = 10
  ) {
    require(!bags.isEmpty, "contributions to no bags")
    let weights = Parallelism.map(bags.count) { index in
      network.instanceWeights(
        of: bags[index].sequences, reading: bags[index].reading, featureShares: featureShares)
    }
    let shares = zip(bags, weights).compactMap { bag, weights in
      bag.witnesses.map { $0.reduce(0) { $0 + Double(weights[Int($1)]) } }
    }
    witnessShare = shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
    let first = weights[0]
    let order = first.indices.sorted { (first[$0], $1) > (first[$1], $0) }
    strongest = order.prefix(count).map { Contributor(instance: $0, weight: Double(first[$0])) }
  }
}
