import EnergyTransformer
import Foundation
import Kit

/// How many updates a run has, and their learning rates.
struct TrainingSchedule {
  let updatesPerEpoch: Int
  let updateCount: Int

  init(images: PreparedImages, training: TrainingOptions, updateCount: Int? = nil) throws {
    guard training.batch <= images.training.count else {
      throw DataFileError(
        file: images.source ?? "embedded digits",
        problem: "--batch \(training.batch) is larger than its \(images.training.count) training images")
    }
    updatesPerEpoch = images.training.count / training.batch
    self.updateCount = updateCount ?? updatesPerEpoch * training.epochs
  }

  /// 5 % linear warm-up, then a cosine to 2 % of each group's peak.
  var rates: LearningRateSchedule {
    .warmUpThenCosine(
      peak: 1, warmUpUpdates: updateCount / 20, updateCount: updateCount, finalFraction: 0.02)
  }
}

/// Runs a training loop over prefetched batches with a progress line, metrics and checkpoints.
struct Trainer {
  let images: PreparedImages
  let training: TrainingOptions
  let schedule: TrainingSchedule

  /// Runs the loop to its end and returns the seconds of training, those before a resumption included.
  func run<Model, Phase>(
    _ loop: inout TrainingLoop<Model, Phase>, metricsPath: String?, checkpointPath: String?,
    options: [String: String], secondsBefore: Double,
    loss: @Sendable (Model, TrainingBatch, Range<Int>, Phase) throws -> Tensor<Float>
  ) throws -> Double where Model: Parameterized<Float> {
    let started = Date()
    func seconds() -> Double { secondsBefore + Date().timeIntervalSince(started) }
    let batches = prefetched(from: loop.updateCount)
    let metrics = try metricsPath.map { path in
      let columns = ["loss", "gradient_norm", "learning_rate", "seconds"]
      return loop.updateCount > 0 && FileManager.default.fileExists(atPath: path)
        ? try MetricsWriter(resuming: path, columns: columns, atStep: loop.updateCount)
        : try MetricsWriter(path: path, columns: columns)
    }
    let checkpoints = checkpointPath.map { path in
      CheckpointPlan<Float>(every: max(1, schedule.updatesPerEpoch)) { checkpoint in
        var checkpoint = checkpoint
        checkpoint.options = options.merging(["train-seconds": "\(seconds())"]) { $1 }
        try metrics?.synchronize()
        try checkpoint.write(to: path)
      }
    }
    let progress = ProgressLine()
    var smoothed: Double?
    try loop.run(
      to: schedule.updateCount, checkpoints: checkpoints,
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
      progress.show(state(update.update + 1, loss: smoothed))
    }
    progress.finish()
    return seconds()
  }

  private func prefetched(from update: Int) -> Prefetcher<TrainingBatch> {
    let root = RandomStream(seed: training.seed)
    let batches = Batches(
      of: images.training, batchSize: training.batch, augmentation: images.augmentation, using: root.child(1))
    let (images, masks) = (images, root.child(2))
    return Prefetcher(from: update, to: schedule.updateCount, depth: 8) {
      TrainingBatch(images, batches, masks: masks, update: $0)
    }
  }

  private func state(_ update: Int, loss: Double?) -> ProgressLine.State {
    ProgressLine.State(
      epoch: (update - 1) / schedule.updatesPerEpoch + 1,
      epochCount: (schedule.updateCount + schedule.updatesPerEpoch - 1) / schedule.updatesPerEpoch,
      update: update, updateCount: schedule.updateCount, loss: loss, imageCount: update * training.batch)
  }
}
