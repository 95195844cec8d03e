package import EnergyTransformer
import Foundation

/// The files of a training, and what its checkpoints remember.
package struct TrainingFiles {
  package let metrics: String
  package let checkpoint: String
  /// The options that determine the weights.
  package let options: [String: String]
  /// Seconds of training before a resumption.
  package var secondsBefore = 0.0

  package init(metrics: String, checkpoint: String, options: [String: String]) {
    (self.metrics, self.checkpoint, self.options) = (metrics, checkpoint, options)
  }
}

extension TrainingLoop where Model: Parameterized<Float> {
  /// Runs the loop to its end over prefetched batches, with a line of progress; with files, a row of metrics an update and
  /// a checkpoint an epoch.
  ///
  /// - Returns: The seconds of training, those before a resumption included.
  package mutating func run<Batch: Sendable>(
    to total: Int, updatesPerEpoch: Int, batches: Prefetcher<Batch>, batchSize: Int, files: TrainingFiles?,
    lossOfExamples: @Sendable (Model, Batch, Range<Int>, Phase) throws -> Tensor<Float>
  ) throws -> Double {
    let started = Date()
    func seconds() -> Double { (files?.secondsBefore ?? 0) + Date().timeIntervalSince(started) }
    let metrics = try files.map { files in
      let columns = ["loss", "gradient_norm", "learning_rate", "seconds"]
      return updateCount > 0 && FileManager.default.fileExists(atPath: files.metrics)
        ? try MetricsWriter(resuming: files.metrics, columns: columns, atStep: updateCount)
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
    try run(
      to: total, checkpoints: checkpoints,
      batch: { _, _ in
        guard let batch = try batches.next() else { throw CancellationError() }
        return batch
      }, exampleCount: { _ in batchSize }, lossOfExamples: lossOfExamples
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
          epochCount: (total + updatesPerEpoch - 1) / updatesPerEpoch, update: update.update + 1,
          updateCount: total, loss: smoothed, imageCount: (update.update + 1) * batchSize))
    }
    progress.finish()
    return seconds()
  }
}
