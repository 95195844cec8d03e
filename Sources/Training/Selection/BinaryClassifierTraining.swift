import Foundations
public import Tensors

/// Training of a binary classifier, which gives the logit of the positive class, for a fixed number of epochs of shuffled
/// batches. Examples are known by their indices.
///
/// The result does not depend on the number of threads.
public struct BinaryClassifierTraining<Model: Parameterized>: Sendable {
  public typealias Scalar = Model.Scalar
  /// The logits of some examples, [examples]. `training` is a stream to draw from in training, otherwise nil.
  public typealias Logits =
    @Sendable (
      _ model: Model, _ examples: [Int], _ training: RandomStream?
    ) -> Tensor<Scalar>

  private struct Batch: Sendable {
    let update: Int
    let examples: [Int]
  }

  private let isPositive: [Bool]
  private let batchSize: Int
  private let pieceSize: Int
  private let logits: Logits

  /// - Parameters:
  ///   - isPositive: The class of every example.
  ///   - batchSize: The number of examples per update; the last of an epoch may have fewer.
  ///   - pieceSize: The number of examples that are computed together, pieces side by side. A piece draws from a
  ///     stream of its own, a batch of a single piece from that of its update.
  ///   - logits: The logits of some examples, for learning.
  public init(isPositive: [Bool], batchSize: Int, pieceSize: Int, logits: @escaping Logits) {
    require(
      batchSize > 0 && pieceSize > 0, "batches of \(batchSize) examples in pieces of \(pieceSize)")
    (self.isPositive, self.batchSize, self.pieceSize, self.logits) = (
      isPositive, batchSize, pieceSize, logits
    )
  }

  /// Trains on some examples by binary cross-entropy.
  ///
  /// - Parameters:
  ///   - loop: A loop before its first update.
  ///   - epochs: The number of epochs.
  ///   - examples: The examples, by their indices.
  ///   - random: The stream that batches and the model draw from.
  ///   - onEpoch: Called after every epoch with the mean loss over its updates.
  /// - Throws: ``NonFiniteValue``, and whatever `onEpoch` throws.
  public func run(
    _ loop: inout TrainingLoop<Model, Void>, epochs: Int, on examples: [Int], random: RandomStream,
    onEpoch: (_ loss: Double) throws -> Void = { _ in }
  ) throws {
    let perEpoch = (examples.count + batchSize - 1) / batchSize
    let isWhole = pieceSize >= batchSize
    for epoch in 0..<epochs {
      var stream = random.child(0).child(UInt64(epoch))
      let order = stream.permutation(of: examples.count).map { examples[$0] }
      var losses = 0.0
      try loop.run(
        to: (epoch + 1) * perEpoch, pieceSize: pieceSize,
        batch: { update, _ in
          let start = update % perEpoch * batchSize
          return Batch(update: update, examples: Array(order[start..<min(start + batchSize, order.count)]))
        },
        exampleCount: { $0.examples.count },
        lossOfExamples: { model, batch, range, _ in
          let piece = Array(batch.examples[range])
          let ofUpdate = random.child(1).child(UInt64(batch.update))
          let found = logits(model, piece, isWhole ? ofUpdate : ofUpdate.child(UInt64(range.lowerBound)))
          return binaryCrossEntropy(found, isPositive: piece.map { isPositive[$0] })
            * (Scalar(piece.count) / Scalar(batch.examples.count))
        },
        onUpdate: { losses += $0.loss })
      try onEpoch(losses / Double(perEpoch))
    }
  }

  /// The share of some examples whose class a model tells by the sign of their logits.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - examples: The examples, by their indices.
  ///   - count: Examples that are worked on together.
  public func accuracy(of model: Model, on examples: [Int], atOnce count: Int) -> Double {
    require(!examples.isEmpty, "the accuracy on no examples")
    let found = binaryLogits(of: examples, atOnce: count) { logits(model, $0, nil) }
    return Double(zip(found, examples).count { ($0 > 0) == isPositive[$1] }) / Double(examples.count)
  }
}

/// The logits of examples by a trained model, computed for `count` examples at a time on each core.
public func binaryLogits<Scalar: TensorScalar>(
  of examples: [Int], atOnce count: Int, _ logits: (_ examples: [Int]) -> Tensor<Scalar>
) -> [Scalar] {
  require(count > 0, "logits of \(count) examples at once")
  let pieces = stride(from: 0, to: examples.count, by: count).map {
    Array(examples[$0..<min($0 + count, examples.count)])
  }
  return Parallelism.map(pieces.count) { logits(pieces[$0]).elements }.flatMap { $0 }
}
