import EnergyTransformer

/// One line of progress over all trainings of a run.
package final class WorkProgress {
  private let line = ProgressLine()
  private let total: Int
  private var done = 0

  /// - Parameters:
  ///   - total: Units of all trainings.
  ///   - unit: What is counted, such as `updates`.
  package init(total: Int, unit: String) {
    self.total = total
    line.unit = unit
  }

  /// Counts one unit and shows how the training stands.
  package func advance(loss: Double) {
    done += 1
    line.show(.init(update: done, updateCount: total, loss: loss, imageCount: done))
  }

  /// Counts units that a training did not need.
  package func skip(_ count: Int) { done += count }

  /// Prints a line of its own.
  package func print(_ text: String) { line.print(text) }

  /// Ends the line.
  package func finish() { line.finish() }
}
