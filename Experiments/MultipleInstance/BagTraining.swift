import EnergyTransformer

/// Trains a model on bags of one size, a number of epochs at a constant rate, and judges it once on the test
/// bags.
struct BagTraining {
  let epochs: Int
  let rate: Double
  let random: RandomStream
  let batchSize = 32
  let progress: SharedProgress

  /// The share of the test bags whose class the trained model tells.
  ///
  /// - Parameters:
  ///   - batch: The bags at some places, [bags, instances, size].
  ///   - isPositive: The class of every bag.
  func accuracy<Model: BagModel>(
    _ model: Model, training: [Int], test: [Int], isPositive: [Bool],
    batch: @escaping @Sendable ([Int]) -> Tensor<Float>
  ) throws -> Double {
    let order = BatchOrder(
      imageCount: training.count, batchSize: batchSize, dropsLast: false, shuffledBy: random.child(0))
    let perEpoch = order.batchesPerEpoch
    let random = random
    var loop = TrainingLoop(
      model: model, optimizer: AdamW<Float>(), schedule: .constant(rate), random: random,
      gradientNormLimit: 1)
    for epoch in 0..<epochs {
      let indices = order.indices(ofEpoch: epoch).map { training[$0] }
      var loss = 0.0
      try loop.run(
        to: (epoch + 1) * perEpoch, pieceSize: batchSize / 2,
        batch: { update, _ in
          let start = update % perEpoch * batchSize
          return Batch(update: update, bags: Array(indices[start..<min(start + batchSize, indices.count)]))
        },
        exampleCount: { $0.bags.count },
        lossOfExamples: { model, examples, range, _ in
          let bags = Array(examples.bags[range])
          let stream = random.child(1).child(UInt64(examples.update)).child(UInt64(range.lowerBound))
          let logits = model.logits(batch(bags), dropout: stream)
          return binaryCrossEntropy(logits, isPositive: bags.map { isPositive[$0] })
            * (Float(bags.count) / Float(examples.bags.count))
        },
        onUpdate: { loss = $0.loss })
      progress.advance(loss: loss)
    }
    let trained = loop.model
    let pieces = stride(from: 0, to: test.count, by: 64).map { Array(test[$0..<min($0 + 64, test.count)]) }
    let hits = Parallelism.map(pieces.count) { index in
      zip(trained.logits(batch(pieces[index]), dropout: nil).elements, pieces[index])
        .count { ($0 > 0) == isPositive[$1] }
    }
    return Double(hits.reduce(0, +)) / Double(test.count)
  }

  private struct Batch: Sendable {
    let update: Int
    let bags: [Int]
  }
}
