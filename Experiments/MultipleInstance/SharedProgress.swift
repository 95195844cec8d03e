import ExperimentCommands
import Synchronization

/// The line of progress of trainings that run side by side.
final class SharedProgress: Sendable {
  private let progress: Mutex<WorkProgress>

  /// - Parameter total: Epochs of all trainings.
  init(total: Int) { progress = Mutex(WorkProgress(total: total, unit: "epochs")) }

  /// Counts an epoch and shows its loss.
  func advance(loss: Double) { progress.withLock { $0.advance(loss: loss) } }

  /// Counts epochs that a training did not need.
  func skip(_ count: Int) { progress.withLock { $0.skip(count) } }

  /// Prints a line of its own.
  func print(_ text: String) { progress.withLock { $0.print(text) } }

  /// Ends the line.
  func finish() { progress.withLock { $0.finish() } }
}
