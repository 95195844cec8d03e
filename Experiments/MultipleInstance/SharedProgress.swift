import Foundation
import Kit

/// The line of progress of trainings that run side by side.
final class SharedProgress: @unchecked Sendable {
  // Used under the lock alone.
  private let progress: WorkProgress
  private let lock = NSLock()

  /// - Parameter total: Epochs of all trainings.
  init(total: Int) { progress = WorkProgress(total: total, unit: "epochs") }

  /// Counts an epoch and shows its loss.
  func advance(loss: Double) { lock.withLock { progress.advance(loss: loss) } }

  /// Counts epochs that a training did not need.
  func skip(_ count: Int) { lock.withLock { progress.skip(count) } }

  /// Prints a line of its own.
  func print(_ text: String) { lock.withLock { progress.print(text) } }

  /// Ends the line.
  func finish() { lock.withLock { progress.finish() } }
}
