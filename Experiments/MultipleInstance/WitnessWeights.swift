import EnergyTransformer

/// Which sequences make up the pooled repertoires.
struct WitnessWeights {
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

  private static let shown = 10

  init<Scores: InstanceScores<Float>>(
    _ network: SequenceBagNetwork<Scores>, shares: [Double], _ repertoires: [Repertoire]
  ) {
    let sums = Parallelism.map(repertoires.count) { index -> Double? in
      guard let witnesses = repertoires[index].witnesses else { return nil }
      let weights = network.instanceWeights(of: repertoires[index].sequences, featureShares: shares)
      return witnesses.reduce(0) { $0 + Double(weights[Int($1)]) }
    }
    let known = sums.compactMap(\.self)
    share = known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    strongest = Self.strongest(network, shares, in: repertoires[0])
  }

  private static func strongest<Scores: InstanceScores<Float>>(
    _ network: SequenceBagNetwork<Scores>, _ shares: [Double], in repertoire: Repertoire
  ) -> [Contributor] {
    let weights = network.instanceWeights(of: repertoire.sequences, featureShares: shares)
    let order = weights.indices.sorted { (weights[$0], $1) > (weights[$1], $0) }
    return order.prefix(shown).map { index in
      Contributor(
        name: "\(repertoire.name), sequence \(index + 1)", text: repertoire.text(of: index),
        weight: Double(weights[index]),
        isWitness: repertoire.witnesses.map { $0.contains(Int32(index)) })
    }
  }
}
