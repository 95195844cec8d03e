import EnergyTransformer

/// Where a pooling looks in one bag, at several inverse temperatures or after several updates.
struct BagLook: Codable, Sendable {
  /// The bag, by its index.
  let bag: Int
  /// The instances that are shown, by their indices.
  let instances: [Int]
  /// Their weights, of which those of the whole bag add up to 1, [head][step][instance].
  let weights: [[[Double]]]
  /// The largest weight of an instance at each step.
  let largest: [Double]
  /// The weight at each step of all the instances that make the bag positive; nil where they are not known.
  let ofWitnesses: [Double]?
  /// The logit of the bag at each step.
  let scores: [Double]
}

/// Repertoires: one update, at the network's inverse temperature and at others.
extension BagLook {
  /// What the scores of a network are multiplied by, from the mean of the bag to nearly its maximum; at 1 they are its own.
  static let factors: [Float] = [0, 0.125, 0.25, 0.5, 1, 2, 4, 8]

  /// The strongest sequences that are shown, and the strongest witnesses beside them.
  private static let shown = 10, shownWitnesses = 3

  /// The first bags of each class among some.
  static func chosen(_ count: Int, of bags: [Int], isPositive: [Bool]) -> [Int] {
    [true, false].flatMap { positive in bags.filter { isPositive[$0] == positive }.prefix(count) }
  }

  /// Looks into a repertoire.
  ///
  /// - Parameters:
  ///   - network: A trained network.
  ///   - repertoire: The repertoire, and its index among all.
  ///   - featureShares: How much each feature counts, whatever the inverse temperature.
  init<Scores: InstanceScores<Float>>(
    of network: SequenceBagNetwork<Scores>, in repertoire: Repertoire, index: Int, featureShares: [Double]
  ) {
    let sequences = repertoire.sequences
    func read(_ factor: Float) -> (weights: [Float], score: Double) {
      let tempered = network.tempered(by: factor)
      let reading = tempered.reading(of: sequences)
      return (
        tempered.instanceWeights(of: sequences, reading: reading, featureShares: featureShares),
        Double(tempered.logit(of: reading))
      )
    }
    let own = read(1).weights
    let strongest = indicesOfLargest(own, count: Self.shown).map { Int($0) }
    let witnesses = repertoire.witnesses.map { $0.map { Int($0) } }
    let others = (witnesses ?? []).filter { !strongest.contains($0) }.sorted { (own[$0], $1) > (own[$1], $0) }
    let instances =
      strongest.sorted { (own[$0], $1) > (own[$1], $0) } + others.prefix(Self.shownWitnesses)
    var (weights, largest, scores) = ([[Double]](), [Double](), [Double]())
    var ofWitnesses: [Double] = []
    for factor in Self.factors {
      let found = read(factor)
      weights.append(instances.map { Double(found.weights[$0]) })
      largest.append(Double(found.weights.max() ?? 0))
      ofWitnesses.append((witnesses ?? []).reduce(0) { $0 + Double(found.weights[$1]) })
      scores.append(found.score)
    }
    self.init(
      bag: index, instances: instances, weights: [weights], largest: largest,
      ofWitnesses: witnesses == nil ? nil : ofWitnesses, scores: scores)
  }
}

/// Bit patterns: the updates of the pooling, one after the other.
extension BagLook {
  /// Looks into some bags; the heads come one after the other, before them their mean.
  static func looks(
    of model: BagClassifier<HopfieldPooling<Float>>, in bags: BitPatternBags, at indices: [Int]
  ) -> [BagLook] {
    let association = model.encoder.association.configuration
    let batch: Tensor<Float> = bags.batch(indices)
    // [update][bag][head][instance], and [update][bag].
    var (weights, scores) = ([[[[Double]]]](), [[Double]]())
    for count in 0...association.updates.limit {
      var configuration = association
      configuration.updates = .count(count)
      let stopped = BagClassifier(
        HopfieldPooling<Float>(configuration, random: RandomStream(seed: 0)), random: RandomStream(seed: 0)
      ).with(model.parameters)
      let found = stopped.encoder.associate(batch).weights.elements.map(Double.init)
      let (heads, size) = (association.headCount, bags.instanceCount)
      weights.append(
        indices.indices.map { bag in
          (0..<heads).map { head in
            Array(found[(bag * heads + head) * size..<(bag * heads + head + 1) * size])
          }
        })
      scores.append(stopped.logits(batch).elements.map(Double.init))
    }
    return indices.enumerated().map { place, bag in
      let heads = (0..<association.headCount).map { head in weights.map { $0[place][head] } }
      let mean = weights.map { update in
        (0..<bags.instanceCount).map { instance in
          update[place].reduce(0) { $0 + $1[instance] } / Double(association.headCount)
        }
      }
      return BagLook(
        bag: bag, instances: Array(0..<bags.instanceCount), weights: [mean] + heads,
        largest: mean.map { $0.max() ?? 0 },
        ofWitnesses: mean.map { update in bags.signalIndices[bag].map { update[$0] } ?? 0 },
        scores: scores.map { $0[place] })
    }
  }
}
