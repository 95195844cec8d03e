import EnergyTransformer
import Foundation

/// Trains a network on the training part of a fold, on pairs of a positive and a negative repertoire, and
/// keeps the epoch that its validation part likes best.
struct NetworkTraining: NetworkUse {
  let data: RepertoireData
  let split: StratifiedSplit
  let options: RepertoireOptions
  let random: RandomStream
  let onEpoch: (Epoch) throws -> Void

  /// How an epoch ended.
  struct Epoch {
    let number: Int
    let loss: Double
    let validationAUC: Double
    let validationLoss: Double

    func isBetter(than other: Epoch) -> Bool {
      validationAUC == other.validationAUC
        ? validationLoss < other.validationLoss : validationAUC > other.validationAUC
    }
  }

  /// What a trained network says about the test part.
  struct Outcome {
    let scores: [Float]
    let epoch: Epoch
    let epochs: Int
    let parameterCount: Int
    let seconds: Double
    let witnesses: WitnessWeights?
  }

  private struct Batch: Sendable {
    let update: Int
    let pairs: [(positive: Int, negative: Int)]
  }

  func with<Scores: InstanceScores<Float>>(_ network: SequenceBagNetwork<Scores>) throws -> Outcome {
    let started = Date()
    let positives = split.training.filter { data.repertoires[$0].isPositive }
    let negatives = split.training.filter { !data.repertoires[$0].isPositive }
    let perEpoch = (max(positives.count, negatives.count) + options.pairs - 1) / options.pairs
    var loop = loop(network, updates: options.epochs * perEpoch)
    var best: (network: SequenceBagNetwork<Scores>, epoch: Epoch, read: [BagReading<Float>])?
    var (lowestLoss, since, inOrder, done) = (Double.infinity, 0, 0, 0)
    for number in 1...options.epochs {
      let pairs = pairs(positives, negatives, epoch: number - 1)
      let loss = try trainEpoch(&loop, pairs, from: (number - 1) * perEpoch)
      let read = readings(loop.model, split.validation)
      let epoch = try judged(number, loss: loss, read.map { loop.model.evidence(of: $0) })
      if best.map({ epoch.isBetter(than: $0.epoch) }) ?? true { best = (loop.model, epoch, read) }
      since = epoch.validationLoss < lowestLoss ? 0 : since + 1
      lowestLoss = min(lowestLoss, epoch.validationLoss)
      done = number
      try onEpoch(epoch)
      inOrder = epoch.validationAUC == 1 ? inOrder + 1 : 0
      // Every pair of the validation part in order, clearly or twice in a row: nothing is left to choose by.
      if inOrder > 1 || inOrder > 0 && epoch.validationLoss < 0.05 || since >= options.patience { break }
    }
    guard let best else { throw NonFiniteValue(quantity: "the loss") }
    // Test repertoires are read once, for their scores and for where the weight lies.
    let tested = readings(best.network, split.test)
    return Outcome(
      scores: tested.map { best.network.evidence(of: $0) }, epoch: best.epoch, epochs: done,
      parameterCount: network.parameterCount, seconds: Date().timeIntervalSince(started),
      witnesses: witnesses(best.network, shares: featureShares(best.network, best.read), tested))
  }

  private func loop<Scores: InstanceScores<Float>>(
    _ network: SequenceBagNetwork<Scores>, updates: Int
  ) -> TrainingLoop<SequenceBagNetwork<Scores>, Void> {
    let decay = WeightDecay(options.weightDecay, on: ParameterSelection(names: ["embedding.kernels"]))
    return TrainingLoop(
      model: network, optimizer: AdamW<Float>(secondDecay: 0.99, weightDecay: decay),
      schedule: .warmUpThenCosine(
        peak: options.rate, warmUpUpdates: min(10, updates), updateCount: updates, finalFraction: 0.1),
      random: random)
  }

  /// Every repertoire of the larger class once, those of the smaller as often as it takes.
  private func pairs(
    _ positives: [Int], _ negatives: [Int], epoch: Int
  ) -> [(positive: Int, negative: Int)] {
    var stream = random.child(1).child(UInt64(epoch))
    let count = max(positives.count, negatives.count)
    func order(_ members: [Int]) -> [Int] {
      var order: [Int] = []
      while order.count < count { order += stream.permutation(of: members.count).map { members[$0] } }
      return order
    }
    let (first, second) = (order(positives), order(negatives))
    return (0..<count).map { (first[$0], second[$0]) }
  }

  /// Returns the mean loss of the epoch.
  private func trainEpoch<Scores: InstanceScores<Float>>(
    _ loop: inout TrainingLoop<SequenceBagNetwork<Scores>, Void>,
    _ pairs: [(positive: Int, negative: Int)], from start: Int
  ) throws -> Double {
    let batches = stride(from: 0, to: pairs.count, by: options.pairs).map {
      Array(pairs[$0..<min($0 + options.pairs, pairs.count)])
    }
    let (repertoires, random, share) = (data.repertoires, random.child(2), options.share)
    var losses = 0.0
    try loop.run(
      to: start + batches.count, pieceSize: 1,
      batch: { update, _ in Batch(update: update, pairs: batches[update - start]) },
      exampleCount: { $0.pairs.count },
      lossOfExamples: { network, batch, range, _ in
        let pair = batch.pairs[range.lowerBound]
        let stream = random.child(UInt64(batch.update)).child(UInt64(range.lowerBound))
        let evidence = [pair.positive, pair.negative].enumerated().map { side, index in
          network.evidence(
            of: repertoires[index].sequences, throughShare: share, random: stream.child(UInt64(side)))
        }
        return pairwiseLogisticLoss(positives: evidence[0], negatives: evidence[1])
          / Float(batch.pairs.count)
      },
      onUpdate: { losses += $0.loss })
    return losses / Double(batches.count)
  }

  private func readings<Scores: InstanceScores<Float>>(
    _ network: SequenceBagNetwork<Scores>, _ indices: [Int]
  ) -> [BagReading<Float>] {
    Parallelism.map(indices.count) { network.reading(of: data.repertoires[indices[$0]].sequences) }
  }

  private func judged(_ number: Int, loss: Double, _ scores: [Float]) throws -> Epoch {
    let labels = data.labels(split.validation)
    let (positives, negatives) = (
      zip(scores, labels).filter(\.1).map(\.0), zip(scores, labels).filter { !$0.1 }.map(\.0)
    )
    let losses = positives.flatMap { positive in
      negatives.map { negative -> Double in
        let difference = Double(negative - positive)
        return max(difference, 0) + log1p(exp(-abs(difference)))
      }
    }
    return Epoch(
      number: number, loss: loss,
      validationAUC: try BinaryScores(scores, isPositive: labels).areaUnderROC,
      validationLoss: losses.reduce(0, +) / Double(losses.count))
  }

  /// Repertoires that are looked into, of a fold.
  static let shownRepertoires = 10

  /// Where the network looks in positive repertoires under test, if their witnesses are known.
  private func witnesses<Scores: InstanceScores<Float>>(
    _ network: SequenceBagNetwork<Scores>, shares: [Double], _ readings: [BagReading<Float>]
  ) -> WitnessWeights? {
    let positive = zip(split.test, readings).map { (repertoire: data.repertoires[$0], reading: $1) }
      .filter(\.repertoire.isPositive)
    let known = positive.filter { $0.repertoire.witnesses?.isEmpty == false }
    let shown = known.isEmpty ? positive : known
    guard !shown.isEmpty else { return nil }
    return WitnessWeights(network, shares: shares, Array(shown.prefix(Self.shownRepertoires)))
  }

  /// How much each feature moves the evidence: the read-out times the deviation between validation
  /// repertoires.
  private func featureShares<Scores: InstanceScores<Float>>(
    _ network: SequenceBagNetwork<Scores>, _ readings: [BagReading<Float>]
  ) -> [Double] {
    let pooled = readings.map(\.pooled.elements)
    let moves = network.output.elements.enumerated().map { feature, weight -> Double in
      let values = pooled.map { Double($0[feature]) }
      let deviation = (try? Spread(of: values).standardDeviation) ?? 0
      return abs(Double(weight)) * deviation
    }
    let total = moves.reduce(0, +)
    return moves.map { total > 0 ? $0 / total : 1 / Double(moves.count) }
  }
}
