import Foundation

/// One line of progress over all work of a run, for work side by side too.
public final class WorkProgress: @unchecked Sendable {
  // Used under the lock alone.
  private let line: ProgressLine
  private var done = 0
  private let lock = NSLock()
  private let total: Int

  /// - Parameters:
  ///   - total: Units of all work.
  ///   - unit: What is counted, such as `updates`.
  ///   - line: Where it is shown; nobody else uses it.
  public init(total: Int, unit: String, line: ProgressLine = ProgressLine()) {
    (self.total, self.line) = (total, line)
    line.unit = unit
  }

  /// Counts units and shows how the work stands.
  public func advance(by count: Int = 1, loss: Double? = nil) {
    lock.withLock {
      done += count
      line.show(.init(update: min(done, total), updateCount: total, loss: loss, imageCount: done))
    }
  }

  /// Counts units that were not needed.
  public func skip(_ count: Int) { lock.withLock { done += count } }

  /// Prints a line of its own.
  public func print(_ text: String) { lock.withLock { line.print(text) } }

  /// Ends the line.
  public func finish() { lock.withLock { line.finish() } }

  /// Results of work on one item after the other, with a line of progress.
  public static func map<Item, Result>(
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
