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

  /// - Parameter shown: Repertoires, at least one, with what the network read of them.
  init<Scores: InstanceScores<Float>>(
    _ network: SequenceBagNetwork<Scores>, shares: [Double],
    _ shown: [(repertoire: Repertoire, reading: BagReading<Float>)]
  ) {
    let found = Parallelism.map(shown.count) { index -> (share: Double?, strongest: [Contributor]) in
      let repertoire = shown[index].repertoire
      let weights = network.instanceWeights(
        of: repertoire.sequences, reading: shown[index].reading, featureShares: shares)
      let share = repertoire.witnesses.map { $0.reduce(0) { $0 + Double(weights[Int($1)]) } }
      return (share, index == 0 ? Self.strongest(weights, in: repertoire) : [])
    }
    let known = found.compactMap(\.share)
    share = known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    strongest = found[0].strongest
  }

  private static func strongest(_ weights: [Float], in repertoire: Repertoire) -> [Contributor] {
    let order = weights.indices.sorted { (weights[$0], $1) > (weights[$1], $0) }
    return order.prefix(Self.shown).map { index in
      Contributor(
        name: "\(repertoire.name), sequence \(index + 1)", text: repertoire.text(of: index),
        weight: Double(weights[index]),
        isWitness: repertoire.witnesses.map { $0.contains(Int32(index)) })
    }
  }
}
