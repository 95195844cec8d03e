import Foundations
public import Tensors

/// When a training run saves checkpoints, and how.
public struct CheckpointPlan<Scalar: TensorScalar> {
  /// A checkpoint is saved whenever the number of updates done is a multiple of this, and after the last
  /// update.
  public let interval: Int
  let save: (TrainingCheckpoint<Scalar>) throws -> Void

  /// Saves by a function of the program's own.
  public init(every interval: Int, save: @escaping (TrainingCheckpoint<Scalar>) throws -> Void) {
    require(interval > 0, "checkpoints every \(interval) updates")
    self.interval = interval
    self.save = save
  }

  /// Replaces one file each time.
  public init(every interval: Int, to path: String, options: [String: String] = [:]) {
    self.init(every: interval) { checkpoint in
      var checkpoint = checkpoint
      checkpoint.options = options
      try checkpoint.write(to: path)
    }
  }
}
