import EnergyTransformer
import Foundation
import Kit

/// Trains a fresh model on the training part of a fold and keeps the epoch that its validation part likes best.
struct FoldTraining {
  let graphs: PreparedGraphs
  let split: StratifiedSplit
  let options: TrainingOptions
  let setting: Setting
  /// Passes over the training part.
  let epochs: Int
  /// Orders of batches and all that training draws.
  let random: RandomStream

  /// How an epoch ended.
  struct Epoch {
    let number: Int
    let loss: Double
    let validationAccuracy: Double
    let validationLoss: Double
  }

  /// A model as it was after its best epoch.
  struct Trained<Model> {
    var model: Model
    var epoch: Epoch
    var seconds: Double
  }

  /// Graphs of one update in pieces that are worked on side by side.
  private struct Batch: Sendable {
    let update: Int
    let pieces: [[Int]]
    let count: Int
  }

  /// The model of the epoch with the highest validation accuracy; of equals the one with the lowest validation loss.
  func run<Model: GraphClassifier>(
    _ initial: Model, onEpoch: (Epoch) throws -> Void
  ) throws -> Trained<Model> {
    let started = Date()
    let order = BatchOrder(
      imageCount: split.training.count, batchSize: options.batch, dropsLast: false,
      shuffledBy: random.child(0))
    let perEpoch = order.batchesPerEpoch
    var loop = try loop(initial, updatesPerEpoch: perEpoch)
    var best: Trained<Model>?
    for number in 1...epochs {
      let indices = order.indices(ofEpoch: number - 1).map { split.training[$0] }
      let loss = try trainEpoch(&loop, indices, until: number * perEpoch, updatesPerEpoch: perEpoch)
      let model = loop.averagedModel ?? loop.model
      let found = judged(model, on: split.validation)
      guard found.loss.isFinite else { throw NonFiniteValue(quantity: "the validation loss") }
      let epoch = Epoch(
        number: number, loss: loss, validationAccuracy: found.accuracy, validationLoss: found.loss)
      if best.map({ epoch.isBetter(than: $0.epoch) }) ?? true {
        best = Trained(model: model, epoch: epoch, seconds: 0)
      }
      try onEpoch(epoch)
    }
    guard var best else { throw NonFiniteValue(quantity: "the loss") }
    best.seconds = Date().timeIntervalSince(started)
    return best
  }

  /// The predicted classes of some graphs.
  func predictions<Model: GraphClassifier>(_ model: Model, on indices: [Int]) -> [Int] {
    judged(model, on: indices).predictions
  }

  private func loop<Model: GraphClassifier>(
    _ model: Model, updatesPerEpoch: Int
  ) throws -> TrainingLoop<Model, Void> {
    let decay = WeightDecay(setting.weightDecay, on: .matrices(of: model.parameters))
    let adam = AdamW<Float>(secondDecay: 0.99, weightDecay: decay)
    let optimizer: any Optimizer<Float> = options.centralize ? CentralizedGradients(adam) : adam
    let updates = epochs * updatesPerEpoch
    return TrainingLoop(
      model: model, optimizer: optimizer,
      schedule: .warmUpThenCosine(
        peak: setting.rate, warmUpUpdates: Int(options.warmUp * Double(updates)), updateCount: updates,
        finalFraction: 0.005),
      random: random, gradientNormLimit: 1,
      // About the weights of the last epoch: validation parts of a few graphs then see less noise.
      average: ExponentialMovingAverage(decay: 1 - 1 / Double(1 + updatesPerEpoch)))
  }

  /// Returns the mean loss of the epoch.
  private func trainEpoch<Model: GraphClassifier>(
    _ loop: inout TrainingLoop<Model, Void>, _ indices: [Int], until total: Int, updatesPerEpoch: Int
  ) throws -> Double {
    let (graphs, random, smoothing, dropout) = (graphs, random, options.smoothing, setting.dropout)
    var losses = 0.0
    try loop.run(
      to: total, pieceSize: 1,
      batch: { update, _ in
        let start = update % updatesPerEpoch * options.batch
        return Self.batch(Array(indices[start..<min(start + options.batch, indices.count)]), update: update)
      },
      exampleCount: { $0.pieces.count },
      lossOfExamples: { model, batch, range, _ in
        let piece = batch.pieces[range.lowerBound]
        let stream = random.child(1).child(UInt64(batch.update)).child(UInt64(range.lowerBound))
        let input = model.withDropout(model.input(graphs, at: piece), dropout, stream.child(1))
        let logits = model.logits(input, training: stream.child(0))
        let labels = piece.map { graphs.collection.labels[$0] }
        return crossEntropy(logits, labels: labels, smoothing: smoothing)
          * (Float(piece.count) / Float(batch.count))
      },
      onUpdate: { losses += $0.loss })
    return losses / Double(updatesPerEpoch)
  }

  /// Four pieces, or fewer of a small batch, whatever the number of threads.
  private static func batch(_ indices: [Int], update: Int) -> Batch {
    let size = (indices.count + 3) / 4
    let pieces = stride(from: 0, to: indices.count, by: size).map {
      Array(indices[$0..<min($0 + size, indices.count)])
    }
    return Batch(update: update, pieces: pieces, count: indices.count)
  }

  private func judged<Model: GraphClassifier>(
    _ model: Model, on indices: [Int]
  ) -> (accuracy: Double, loss: Double, predictions: [Int]) {
    let pieces = stride(from: 0, to: indices.count, by: 32).map {
      Array(indices[$0..<min($0 + 32, indices.count)])
    }
    let found = Parallelism.map(pieces.count) { index in
      let logits = model.logits(model.input(graphs, at: pieces[index]), training: nil)
      let labels = pieces[index].map { graphs.collection.labels[$0] }
      return (
        predictions: Self.largest(logits),
        loss: Double(crossEntropy(logits, labels: labels).scalar) * Double(labels.count)
      )
    }
    let predictions = found.flatMap(\.predictions)
    let hits = zip(predictions, indices).filter { $0 == graphs.collection.labels[$1] }.count
    let count = Double(max(1, indices.count))
    return (Double(hits) / count, found.reduce(0) { $0 + $1.loss } / count, predictions)
  }

  /// The place of the largest number of each row; the first of several.
  private static func largest(_ logits: Tensor<Float>) -> [Int] {
    let (rows, classes) = (logits.shape[0], logits.shape[1])
    let elements = logits.elements
    return (0..<rows).map { row in
      (0..<classes).reduce(0) { elements[row * classes + $1] > elements[row * classes + $0] ? $1 : $0 }
    }
  }
}

extension FoldTraining.Epoch {
  func isBetter(than other: FoldTraining.Epoch) -> Bool {
    validationAccuracy == other.validationAccuracy
      ? validationLoss < other.validationLoss : validationAccuracy > other.validationAccuracy
  }
}
