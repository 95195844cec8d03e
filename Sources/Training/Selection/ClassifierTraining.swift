import Foundations
public import Tensors

/// Training of a classifier in epochs of shuffled batches, keeping the epoch that does best on held-out examples. Examples are
/// known by their indices.
///
/// A batch is computed in four pieces side by side, so the result does not depend on the number of threads.
public struct ClassifierTraining<Model: Parameterized>: Sendable {
  public typealias Scalar = Model.Scalar
  /// The logits of some examples, [examples, classes]. `training` is a stream to draw from in training, otherwise nil.
  public typealias Logits =
    @Sendable (
      _ model: Model, _ examples: [Int], _ training: RandomStream?
    ) -> Tensor<Scalar>

  private let labels: [Int]
  private let batchSize: Int
  private let smoothing: Double
  private let logits: Logits

  /// - Parameters:
  ///   - labels: The class of every example, from 0.
  ///   - batchSize: The number of examples per update; the last of an epoch may have fewer.
  ///   - smoothing: The share of the target that is spread over all classes.
  ///   - logits: The logits of some examples, for learning.
  public init(labels: [Int], batchSize: Int, smoothing: Double = 0, logits: @escaping Logits) {
    require(batchSize > 0, "batches of \(batchSize) examples, expected 1 or more")
    (self.labels, self.batchSize, self.smoothing, self.logits) = (labels, batchSize, smoothing, logits)
  }

  /// The number of updates of an epoch over this many examples.
  public func updatesPerEpoch(of count: Int) -> Int { (count + batchSize - 1) / batchSize }

  /// Trains on some examples and returns the model of the epoch with the highest accuracy on others; of equals the one with
  /// the lowest loss, then the first.
  ///
  /// - Parameters:
  ///   - loop: A loop before its first update. Its averaged model is evaluated where it keeps an average.
  ///   - epochs: The number of epochs.
  ///   - examples: The examples that are learned from.
  ///   - others: The examples that the epoch is chosen by.
  ///   - random: The stream that batches and the model draw from.
  ///   - onEpoch: Called after every epoch; its loss is the mean over updates, its validation score the accuracy.
  /// - Throws: ``NonFiniteValue``, and whatever `onEpoch` throws.
  public func run(
    _ loop: inout TrainingLoop<Model, Void>, epochs: Int, on examples: [Int], validatedOn others: [Int],
    random: RandomStream, onEpoch: (TrainedEpoch) throws -> Void = { _ in }
  ) throws -> BestEpoch<Model> {
    let perEpoch = updatesPerEpoch(of: examples.count)
    return try loop.runKeepingBest(of: epochs) { loop, epoch in
      var order = random.child(0).child(UInt64(epoch - 1))
      let batches = Self.parts(
        of: order.permutation(of: examples.count).map { examples[$0] }, atMost: batchSize)
      var losses = 0.0
      try loop.run(
        to: epoch * perEpoch, pieceSize: 1,
        batch: { update, _ in
          let batch = batches[update % perEpoch]
          return Batch(update: update, pieces: Self.parts(of: batch, atMost: (batch.count + 3) / 4))
        },
        exampleCount: { $0.pieces.count },
        lossOfExamples: { model, batch, range, _ in
          let piece = batch.pieces[range.lowerBound]
          let stream = random.child(1).child(UInt64(batch.update)).child(UInt64(range.lowerBound))
          return crossEntropy(
            logits(model, piece, stream), labels: piece.map { labels[$0] }, smoothing: smoothing)
            * (Scalar(piece.count) / Scalar(batch.count))
        },
        onUpdate: { losses += $0.loss })
      return losses / Double(perEpoch)
    } validate: {
      evaluation(of: $0, on: others).score
    } shouldContinue: { epoch, _ in
      try onEpoch(epoch)
      return true
    }
  }

  /// The accuracy and the mean loss of a model on some examples, and the classes that it predicts: those of the largest
  /// logits, of equal ones the first.
  public func evaluation(of model: Model, on examples: [Int]) -> (score: ValidationScore, predictions: [Int])
  {
    let parts = Self.parts(of: examples, atMost: 32)
    let found = Parallelism.map(parts.count) { index in
      let logits = logits(model, parts[index], nil)
      let loss = crossEntropy(logits, labels: parts[index].map { labels[$0] }).scalar
      return (predictions: logits.argmax(), loss: Double(loss) * Double(parts[index].count))
    }
    let predictions = found.flatMap(\.predictions)
    let count = Double(max(1, examples.count))
    let hits = zip(predictions, examples).count { $0 == labels[$1] }
    let score = ValidationScore(score: Double(hits) / count, loss: found.reduce(0) { $0 + $1.loss } / count)
    return (score, predictions)
  }

  /// Examples of one update in pieces.
  private struct Batch: Sendable {
    let update: Int
    let pieces: [[Int]]
    var count: Int { pieces.reduce(0) { $0 + $1.count } }
  }

  private static func parts(of examples: [Int], atMost size: Int) -> [[Int]] {
    stride(from: 0, to: examples.count, by: size).map {
      Array(examples[$0..<min($0 + size, examples.count)])
    }
  }
}
