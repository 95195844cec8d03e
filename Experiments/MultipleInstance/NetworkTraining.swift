import EnergyTransformer

/// Trains a network on the training part of a fold, on pairs of a positive and a negative repertoire, and
/// keeps the epoch that its validation part likes best.
struct NetworkTraining {
  let data: RepertoireSet
  let split: StratifiedSplit
  let options: RepertoireOptions
  let random: RandomStream
  /// Repertoires of each class in the test part that are looked into at several inverse temperatures.
  var lookedInto = 0

  /// Repertoires of a test part whose weights are looked into.
  static let shownRepertoires = 10

  /// What a network of an embedding and scores, once trained, says about the test part.
  func run<Scores: InstanceScores<Float>>(
    _ embedding: SequenceEmbedding<Float>, _ scores: Scores, onEpoch: (TrainedEpoch) throws -> Void
  ) throws -> FoldOutcome {
    let (repertoires, share) = (data.repertoires, options.share)
    let training = RankingTraining<SequenceBagNetwork<Scores>>(
      isPositive: data.isPositive, pairCount: options.pairs
    ) { network, index, stream in
      network.logit(of: repertoires[index].sequences, throughShare: share, random: stream)
    }
    let updates = options.epochs * training.updatesPerEpoch(of: split.training)
    let decay = WeightDecay(options.weightDecay, on: ParameterSelection(names: ["embedding.kernels"]))
    var loop = TrainingLoop(
      model: SequenceBagNetwork(embedding: embedding, scores: scores),
      optimizer: AdamW<Float>(secondDecay: 0.99, weightDecay: decay),
      schedule: .warmUpThenCosine(
        peak: options.rate, warmUpUpdates: min(10, updates), updateCount: updates, finalFraction: 0.1),
      random: random)
    var (read, bestRead): ([BagReading<Float>], [BagReading<Float>]) = ([], [])
    var validated: [Double] = []
    let best = try training.run(
      &loop, epochs: options.epochs, patience: options.patience, on: split.training,
      validatedOn: split.validation, random: random
    ) { network in
      read = network.readings(of: split.validation.map { repertoires[$0].sequences })
      return read.map { network.logit(of: $0) }
    } onEpoch: { epoch, best in
      if epoch == best { bestRead = read }
      validated.append(epoch.validation.score)
      try onEpoch(epoch)
    }
    // Test repertoires are read once, for their scores and for where the weight lies.
    let tested = best.model.readings(of: split.test.map { repertoires[$0].sequences })
    let shares = best.model.featureShares(over: bestRead)
    return FoldOutcome(
      scores: tested.map { Double(best.model.logit(of: $0)) },
      validationAUC: best.epoch.validation.score,
      choice: " in epoch \(best.epoch.number) of \(best.epochCount)", epochAUCs: validated,
      parameterCount: best.model.parameterCount,
      contributions: BagContributions(
        of: best.model, featureShares: shares,
        in: zip(split.test, tested).map {
          .init(
            repertoires[$0].sequences, reading: $1, isPositive: data.isPositive[$0],
            witnesses: repertoires[$0].witnesses)
        }, most: Self.shownRepertoires), looks: looks(of: best.model, featureShares: shares))
  }

  private func looks<Scores: InstanceScores<Float>>(
    of network: SequenceBagNetwork<Scores>, featureShares: [Double]
  ) -> [BagLook]? {
    let chosen = BagLook.chosen(lookedInto, of: split.test, isPositive: data.isPositive)
    guard !chosen.isEmpty else { return nil }
    return Parallelism.map(chosen.count) { index in
      BagLook(
        of: network, in: data.repertoires[chosen[index]], index: chosen[index], featureShares: featureShares)
    }
  }
}
