import EnergyTransformer
import Foundation
import Reporting

/// One line of progress over all work of a run, for work side by side too.
package final class WorkProgress: @unchecked Sendable {
  // Used under the lock alone.
  private let line = ProgressLine()
  private var done = 0
  private let lock = NSLock()
  private let total: Int

  /// - Parameters:
  ///   - total: Units of all work.
  ///   - unit: What is counted, such as `updates`.
  package init(total: Int, unit: String) {
    self.total = total
    line.unit = unit
  }

  /// Counts units and shows how the work stands.
  package func advance(by count: Int = 1, loss: Double? = nil) {
    lock.withLock {
      done += count
      line.show(.init(update: min(done, total), updateCount: total, loss: loss, imageCount: done))
    }
  }

  /// Counts units that were not needed.
  package func skip(_ count: Int) { lock.withLock { done += count } }

  /// Prints a line of its own.
  package func print(_ text: String) { lock.withLock { line.print(text) } }

  /// Ends the line.
  package func finish() { lock.withLock { line.finish() } }

  /// Results of work on one item after the other, with a line of progress.
  package static func map<Item, Result>(
    _ items: [Item], unit: String, _ transform: (Item) throws -> Result
  ) rethrows -> [Result] {
    let progress = WorkProgress(total: items.count, unit: unit)
    defer { progress.finish() }
    progress.advance(by: 0)
    return try items.map { item in
      defer { progress.advance() }
      return try transform(item)
    }
  }
}
