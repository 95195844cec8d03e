package import EnergyTransformer
import Foundation
import Reporting

/// The files of a training, and what its checkpoints remember.
package struct TrainingFiles {
  package let metrics: String
  /// Nil for a training that is a part of a run and that a resumed run does again.
  package let checkpoint: String?
  /// The options that determine the weights.
  package let options: [String: String]
  /// Seconds of training before a resumption.
  package var secondsBefore = 0.0
  /// The folder of an event file for TensorBoard; nil for none.
  package var eventsFolder: String?

  package init(metrics: String, checkpoint: String?, options: [String: String]) {
    (self.metrics, self.checkpoint, self.options) = (metrics, checkpoint, options)
  }
}

extension TrainingLoop where Model: Parameterized<Float> {
  /// Runs the loop to its end over prefetched batches, with a line of progress; with files, a row of metrics an update and
  /// a checkpoint an epoch.
  ///
  /// Where there are checkpoints, Ctrl-C and SIGTERM end the loop after the update at work, with one more of them. One update is
  /// not broken off: of the models here it takes a fraction of a second.
  ///
  /// - Parameter view: What is shown of the model while it is trained, where there are files.
  /// - Returns: The seconds of training, those before a resumption included, those of looks at the model not.
  package mutating func run<Batch: Sendable>(
    to total: Int, updatesPerEpoch: Int, batches: Prefetcher<Batch>, batchSize: Int, files: TrainingFiles?,
    live view: LiveView<Model>? = nil,
    lossOfExamples: @Sendable (Model, Batch, Range<Int>, Phase) throws -> Tensor<Float>
  ) throws -> Double {
    let started = Date()
    let live = LiveTraining(view, files, atStep: updateCount, of: total)
    func seconds() -> Double {
      (files?.secondsBefore ?? 0) + Date().timeIntervalSince(started) - (live?.seconds ?? 0)
    }
    let metrics = try files.map { files in
      let columns = ["loss", "gradient_norm", "learning_rate", "seconds"]
      return updateCount > 0 && FileManager.default.fileExists(atPath: files.metrics)
        ? try MetricsWriter(
          resuming: files.metrics, columns: columns, atStep: updateCount, eventsFolder: files.eventsFolder)
        : try MetricsWriter(path: files.metrics, columns: columns, eventsFolder: files.eventsFolder)
    }
    let save = files.flatMap { files in
      files.checkpoint.map { path in
        { (checkpoint: TrainingCheckpoint<Float>) in
          var checkpoint = checkpoint
          checkpoint.options = files.options.merging(["train-seconds": "\(seconds())"]) { $1 }
          try metrics?.synchronize()
          try checkpoint.write(to: path)
        }
      }
    }
    let checkpoints = save.map { CheckpointPlan<Float>(every: max(1, updatesPerEpoch), save: $0) }
    let progress = ProgressLine()
    var smoothed: Double?
    func train(untilStopped isStopped: () -> Bool) throws {
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
        live?.show(update, metrics, progress)
        if isStopped() { throw TrainingStopped() }
      }
    }
    guard let save else {
      try train { false }
      progress.finish()
      return seconds()
    }
    try StopSignal.watching {
      do { try train { StopSignal.number != nil } } catch is TrainingStopped {}
      progress.finish()
      guard let number = StopSignal.number else { return }
      try save(checkpoint())
      throw StopSignal.exit(
        number, saying: "stopped at update \(updateCount) of \(total): go on with --resume")
    }
    return seconds()
  }

  /// Continues from the checkpoint of an interrupted run; where there is none yet, a remark says that training begins at the
  /// beginning. The files then know the seconds before.
  ///
  /// - Parameters:
  ///   - total: Updates of the whole run.
  ///   - unimportant: Options of the files that may differ from the checkpoint's.
  /// - Throws: An error of one line that names the checkpoint, for one of other options or of more updates.
  package mutating func resume(
    _ files: inout TrainingFiles, of total: Int, butFor unimportant: Set<String> = []
  ) throws {
    guard let path = files.checkpoint, FileManager.default.fileExists(atPath: path) else {
      // A run that was killed before its first checkpoint left nothing to go on with.
      return remark("\(files.checkpoint ?? ""): no checkpoint yet, so training begins at the beginning")
    }
    let checkpoint = try TrainingCheckpoint<Float>(contentsOf: path)
    let options = files.options.filter { !unimportant.contains($0.key) }
    if let difference = RunIdentity.difference(of: checkpoint.options, from: options) {
      throw ExperimentError("\(path): \(difference)")
    }
    if checkpoint.updateCount > total {
      throw ExperimentError("\(path): \(checkpoint.updateCount) updates done, expected at most \(total)")
    }
    try restore(from: checkpoint)
    files.secondsBefore = try checkpoint.trainSeconds
  }
}

/// Ends a loop after an update, for a checkpoint to be taken.
private struct TrainingStopped: Error {}

extension TrainingCheckpoint {
  /// The seconds that a training had taken when it saved the checkpoint.
  ///
  /// - Throws: ``ExperimentError`` naming the checkpoint where it does not tell.
  package var trainSeconds: Double {
    get throws {
      guard let seconds = options["train-seconds"].flatMap(Double.init), (0...1e9).contains(seconds) else {
        throw ExperimentError("\(origin): train-seconds is not a number from 0 to 1e9")
      }
      return seconds
    }
  }
}
