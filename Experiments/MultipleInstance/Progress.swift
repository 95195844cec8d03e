import EnergyTransformer

/// One line of progress over all trainings of a run, in epochs.
final class Progress {
  private let line = ProgressLine()
  private let total: Int
  private var done = 0

  /// - Parameter total: The most epochs that all trainings take.
  init(total: Int) {
    self.total = total
    line.unit = "epochs"
  }

  /// Counts one epoch.
  func advance(loss: Double) {
    done += 1
    line.show(.init(update: done, updateCount: total, loss: loss, imageCount: done))
  }

  /// Counts epochs that a training did not need.
  func skip(_ count: Int) { done += count }

  /// Prints a line of its own.
  func print(_ text: String) { line.print(text) }

  /// Ends the line.
  func finish() { line.finish() }
}
