import EnergyTransformer

/// Trains a network on the training part of a fold, on pairs of a positive and a negative repertoire, and
/// keeps the epoch that its validation part likes best.
struct NetworkTraining {
  let data: Repertoires
  let split: StratifiedSplit
  let options: RepertoireOptions
  let random: RandomStream
  let onEpoch: (TrainedEpoch) throws -> Void

  /// What a network of an embedding and scores, once trained, says about the test part.
  func run<Scores: InstanceScores<Float>>(
    _ embedding: SequenceEmbedding<Float>, _ scores: Scores
  ) throws -> FoldOutcome {
    let (repertoires, share) = (data.all, options.share)
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
    let best = try training.run(
      &loop, epochs: options.epochs, patience: options.patience, on: split.training,
      validatedOn: split.validation, random: random
    ) { network in
      read = readings(network, split.validation)
      return read.map { network.logit(of: $0) }
    } onEpoch: { epoch, best in
      if epoch == best { bestRead = read }
      try onEpoch(epoch)
    }
    // Test repertoires are read once, for their scores and for where the weight lies.
    let tested = readings(best.model, split.test)
    return FoldOutcome(
      scores: tested.map { Double(best.model.logit(of: $0)) },
      validationAUC: best.epoch.validation.score,
      choice: " in epoch \(best.epoch.number) of \(best.epochCount)", epochCount: best.epochCount,
      parameterCount: best.model.parameterCount,
      witnesses: Witnesses(
        best.model, featureShares: best.model.featureShares(over: bestRead),
        zip(split.test, tested).map { (repertoire: repertoires[$0], reading: $1) }))
  }

  private func readings<Scores: InstanceScores<Float>>(
    _ network: SequenceBagNetwork<Scores>, _ indices: [Int]
  ) -> [BagReading<Float>] {
    Parallelism.map(indices.count) { network.reading(of: data.all[indices[$0]].sequences) }
  }
}
