import EnergyTransformer

/// Which sequences make up the pooled repertoires.
struct Witnesses {
  /// A sequence with its weight.
  struct Contributor {
    let name: String
    let text: String
    let weight: Double
    /// Whether a motif was implanted; nil where that is not known.
    let isWitness: Bool?
  }

  /// The mean over repertoires of the weight on witnesses; nil where they are not known.
  let share: Double?
  /// The sequences with the largest weights in the first of them.
  let strongest: [Contributor]

  /// Repertoires that are looked into, of a fold.
  static let shownRepertoires = 10

  /// Looks into positive repertoires, those with known witnesses if there are any; nil for no repertoire.
  ///
  /// - Parameter read: Repertoires with what the network read of them.
  init?<Scores: InstanceScores<Float>>(
    _ network: SequenceBagNetwork<Scores>, featureShares: [Double],
    _ read: [(repertoire: Repertoire, reading: BagReading<Float>)]
  ) {
    let positive = read.filter(\.repertoire.isPositive)
    let known = positive.filter { $0.repertoire.witnesses?.isEmpty == false }
    let shown = Array((known.isEmpty ? positive : known).prefix(Self.shownRepertoires))
    guard !shown.isEmpty else { return nil }
    let found = Parallelism.map(shown.count) { index -> (share: Double?, strongest: [Contributor]) in
      let (repertoire, reading) = shown[index]
      let weights = network.instanceWeights(
        of: repertoire.sequences, reading: reading, featureShares: featureShares)
      let share = repertoire.witnesses.map { $0.reduce(0) { $0 + Double(weights[Int($1)]) } }
      return (share, index == 0 ? Self.strongest(weights, in: repertoire) : [])
    }
    let shares = found.compactMap(\.share)
    share = shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
    strongest = found[0].strongest
  }

  private static func strongest(_ weights: [Float], in repertoire: Repertoire) -> [Contributor] {
    let order = weights.indices.sorted { (weights[$0], $1) > (weights[$1], $0) }
    return order.prefix(10).map { index in
      Contributor(
        name: "\(repertoire.name), sequence \(index + 1)", text: repertoire.text(of: index),
        weight: Double(weights[index]), isWitness: repertoire.witnesses.map { $0.contains(Int32(index)) })
    }
  }
}
