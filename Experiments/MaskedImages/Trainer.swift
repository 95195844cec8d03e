import EnergyTransformer
import Foundation
import Kit

/// The files of a training, and what its checkpoints remember.
struct TrainingFiles {
  let metrics: String
  let checkpoint: String
  /// The options that determine the weights.
  let options: [String: String]
  /// Seconds of training before a resumption.
  var secondsBefore = 0.0
}

/// Runs a training loop over prefetched batches with a progress line, metrics and checkpoints.
struct Trainer {
  let images: PreparedImages
  let training: TrainingOptions
  let updatesPerEpoch: Int
  let updateCount: Int

  /// - Throws: `DataFileError` where a batch has more images than there are.
  init(images: PreparedImages, training: TrainingOptions, updateCount: Int? = nil) throws {
    guard training.batch <= images.training.count else {
      throw DataFileError(
        file: images.name,
        problem: "--batch \(training.batch) is larger than its \(images.training.count) training images")
    }
    (self.images, self.training) = (images, training)
    updatesPerEpoch = images.training.count / training.batch
    self.updateCount = updateCount ?? updatesPerEpoch * training.epochs
  }

  /// 5 % linear warm-up, then a cosine to 2 % of each group's peak.
  var rates: LearningRateSchedule {
    .warmUpThenCosine(
      peak: 1, warmUpUpdates: updateCount / 20, updateCount: updateCount, finalFraction: 0.02)
  }

  /// Runs the loop to its end and returns the seconds of training, those before a resumption included.
  func run<Model: Parameterized<Float>, Phase>(
    _ loop: inout TrainingLoop<Model, Phase>, files: TrainingFiles?,
    loss: @Sendable (Model, TrainingBatch, Range<Int>, Phase) throws -> Tensor<Float>
  ) throws -> Double {
    let started = Date()
    func seconds() -> Double { (files?.secondsBefore ?? 0) + Date().timeIntervalSince(started) }
    let batches = prefetched(from: loop.updateCount)
    let metrics = try files.map { files in
      let columns = ["loss", "gradient_norm", "learning_rate", "seconds"]
      return loop.updateCount > 0 && FileManager.default.fileExists(atPath: files.metrics)
        ? try MetricsWriter(resuming: files.metrics, columns: columns, atStep: loop.updateCount)
        : try MetricsWriter(path: files.metrics, columns: columns)
    }
    let checkpoints = files.map { files in
      CheckpointPlan<Float>(every: max(1, updatesPerEpoch)) { checkpoint in
        var checkpoint = checkpoint
        checkpoint.options = files.options.merging(["train-seconds": "\(seconds())"]) { $1 }
        try metrics?.synchronize()
        try checkpoint.write(to: files.checkpoint)
      }
    }
    let progress = ProgressLine()
    var smoothed: Double?
    try loop.run(
      to: updateCount, checkpoints: checkpoints,
      batch: { _, _ in
        guard let batch = try batches.next() else { throw CancellationError() }
        return batch
      }, exampleCount: \.count, lossOfExamples: loss
    ) { update in
      smoothed = smoothed.map { 0.98 * $0 + 0.02 * update.loss } ?? update.loss
      try metrics?.append(
        step: update.update,
        [
          "loss": update.loss, "gradient_norm": update.gradientNorm, "learning_rate": update.learningRate,
          "seconds": seconds(),
        ])
      progress.show(
        ProgressLine.State(
          epoch: update.update / updatesPerEpoch + 1,
          epochCount: (updateCount + updatesPerEpoch - 1) / updatesPerEpoch, update: update.update + 1,
          updateCount: updateCount, loss: smoothed, imageCount: (update.update + 1) * training.batch))
    }
    progress.finish()
    return seconds()
  }

  private func prefetched(from update: Int) -> Prefetcher<TrainingBatch> {
    let root = RandomStream(seed: training.seed)
    let batches = Batches(
      of: images.training, batchSize: training.batch, augmentation: images.augmentation, using: root.child(1))
    let (images, masks) = (images, root.child(2))
    return Prefetcher(from: update, to: updateCount, depth: 8) {
      TrainingBatch(images, batches, masks: masks, update: $0)
    }
  }
}

/// The data of one update.
struct TrainingBatch: Sendable {
  /// Normalised patches, [batch, patches, length].
  let patches: Tensor<Float>
  /// 1 where the mask token stands in, [batch, patches].
  let replaced: Tensor<Float>
  /// 1 where the error counts fully, [batch, patches].
  let scored: Tensor<Float>
  /// 1 / the number of scored pixels, and of the others.
  private let scoredWeight: Float, otherWeight: Float

  /// The batch of an update: a function of seed and update alone.
  init(_ images: PreparedImages, _ batches: Batches, masks: RandomStream, update: Int) {
    let batch = batches.batch(ofUpdate: update)
    let mask = images.policy.mask(forImages: batch.indices, using: masks.child(UInt64(update)))
    let shape = [batch.count, images.grid.patchCount]
    patches = images.patches(batch)
    replaced = Tensor(shape: shape, elements: mask.replaced.map { $0 ? 1 : 0 })
    scored = Tensor(shape: shape, elements: mask.scored.map { $0 ? 1 : 0 })
    let scoredCount = mask.scored.count { $0 }
    scoredWeight = 1 / Float(scoredCount * images.grid.patchLength)
    otherWeight = 1 / Float((mask.scored.count - scoredCount) * images.grid.patchLength)
  }

  /// The number of images.
  var count: Int { patches.shape[0] }

  /// The share of some images in the mean squared error of scored patches plus `visibleWeight` times that of the
  /// others, in normalised units. Both means are over the whole batch.
  func loss(_ prediction: Tensor<Float>, of range: Range<Int>, visibleWeight: Float) -> Tensor<Float> {
    let scored = scored.sliced(axis: 0, range)
    let weights = scored * scoredWeight + (1 - scored) * (visibleWeight * otherWeight)
    return weightedSquaredError(prediction, patches.sliced(axis: 0, range), weights: weights)
  }
}
