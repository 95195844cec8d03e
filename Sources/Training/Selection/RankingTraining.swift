import Foundations
public import Tensors

/// Training of a ranking from pairs of a positive and a negative example (``PairOrder``), whose scores the loss compares,
/// keeping the epoch that ranks held-out examples best. Examples are known by their indices.
///
/// The pairs of an update are computed side by side, so the result does not depend on the number of threads.
public struct RankingTraining<Model: Parameterized>: Sendable {
  public typealias Scalar = Model.Scalar
  /// The score of an example, one number, for learning; the stream is the example's own.
  public typealias Score =
    @Sendable (
      _ model: Model, _ example: Int, _ random: RandomStream
    ) throws -> Tensor<Scalar>

  private struct Batch: Sendable {
    let update: Int
    let pairs: [(positive: Int, negative: Int)]
  }

  private let isPositive: [Bool]
  private let pairCount: Int
  private let score: Score

  /// - Parameters:
  ///   - isPositive: The class of every example.
  ///   - pairCount: The number of pairs per update; the last of an epoch may have fewer.
  ///   - score: The score of an example, for learning.
  public init(isPositive: [Bool], pairCount: Int, score: @escaping Score) {
    require(pairCount > 0, "\(pairCount) pairs per update, expected 1 or more")
    (self.isPositive, self.pairCount, self.score) = (isPositive, pairCount, score)
  }

  /// The number of updates of an epoch over some examples.
  public func updatesPerEpoch(of examples: [Int]) -> Int {
    let positives = examples.count { isPositive[$0] }
    return (max(positives, examples.count - positives) + pairCount - 1) / pairCount
  }

  /// Trains on some examples and returns the model of the epoch with the largest area under the ROC curve of others; of
  /// equals the one with the lowest loss of their pairs, then the first.
  ///
  /// Training ends early once the others are ranked without an error, clearly (with a loss below 0.05) or twice in a row, or
  /// once their loss has not fallen for `patience` epochs.
  ///
  /// - Parameters:
  ///   - loop: A loop before its first update.
  ///   - epochs: The largest number of epochs.
  ///   - patience: Epochs without a lower loss of the others after which training ends.
  ///   - examples: The examples that are learned from.
  ///   - others: The examples that the epoch is chosen by.
  ///   - random: The stream that pairs and scores draw from.
  ///   - scores: The scores of the other examples by a model, without derivatives.
  ///   - onEpoch: Called after every epoch, with the best so far; its loss is the mean over updates.
  /// - Throws: ``NonFiniteValue``, and whatever the closures throw.
  public func run(
    _ loop: inout TrainingLoop<Model, Void>, epochs: Int, patience: Int, on examples: [Int],
    validatedOn others: [Int], random: RandomStream, scores: (Model) throws -> [Scalar],
    onEpoch: (_ epoch: TrainedEpoch, _ best: TrainedEpoch) throws -> Void = { _, _ in }
  ) throws -> BestEpoch<Model> {
    let order = PairOrder(examples, isPositive: isPositive, shuffledBy: random.child(1))
    let labels = others.map { isPositive[$0] }
    var (lowestLoss, since, inOrder) = (Double.infinity, 0, 0)
    return try loop.runKeepingBest(of: epochs) { loop, epoch in
      try train(&loop, order.pairs(ofEpoch: epoch - 1), random.child(2))
    } validate: { model in
      let found = try scores(model)
      return ValidationScore(
        score: try BinaryScores(found, isPositive: labels).areaUnderROC,
        loss: pairwiseLogisticLoss(of: found, isPositive: labels))
    } shouldContinue: { epoch, best in
      try onEpoch(epoch, best)
      let (area, loss) = (epoch.validation.score, epoch.validation.loss)
      since = loss < lowestLoss ? 0 : since + 1
      lowestLoss = min(lowestLoss, loss)
      inOrder = area == 1 ? inOrder + 1 : 0
      return inOrder < 2 && !(inOrder > 0 && loss < 0.05) && since < patience
    }
  }

  /// Returns the mean loss of the updates.
  private func train(
    _ loop: inout TrainingLoop<Model, Void>, _ pairs: [(positive: Int, negative: Int)], _ random: RandomStream
  ) throws -> Double {
    let start = loop.updateCount
    let batches = stride(from: 0, to: pairs.count, by: pairCount).map {
      Array(pairs[$0..<min($0 + pairCount, pairs.count)])
    }
    var losses = 0.0
    try loop.run(
      to: start + batches.count, pieceSize: 1,
      batch: { update, _ in Batch(update: update, pairs: batches[update - start]) },
      exampleCount: { $0.pairs.count },
      lossOfExamples: { model, batch, range, _ in
        let pair = batch.pairs[range.lowerBound]
        let stream = random.child(UInt64(batch.update)).child(UInt64(range.lowerBound))
        return pairwiseLogisticLoss(
          positives: try score(model, pair.positive, stream.child(0)),
          negatives: try score(model, pair.negative, stream.child(1))) / Scalar(batch.pairs.count)
      },
      onUpdate: { losses += $0.loss })
    return losses / Double(batches.count)
  }
}
