import Foundation
import Foundations
import Tensors

/// Makes numbered batches ahead of their use on a thread of its own.
///
/// Batches come out of `next()` in the order of their numbers. At most `depth` of them wait finished. The thread
/// ends after the last batch, on an error, on `cancel()` and when the prefetcher is no longer used; a batch that
/// is being made then is finished and dropped. Where the system grants no thread, `next()` makes the batches.
public final class Prefetcher<Batch: Sendable>: Sendable {
  private let queue: PrefetchQueue<Batch>

  /// Starts making batches `first`, `first + 1`, and so on.
  ///
  /// - Parameters:
  ///   - first: The number of the first batch.
  ///   - end: The number after the last batch; nil goes on without end.
  ///   - depth: How many finished batches may wait.
  ///   - make: Makes the batch of a number; called on the prefetching thread, one number at a time.
  public init(
    from first: Int, to end: Int? = nil, depth: Int = 2, make: @escaping @Sendable (Int) throws -> Batch
  ) {
    require(depth > 0, "prefetch depth \(depth), expected 1 or more")
    require(end.map { $0 >= first } ?? true, "batches from \(first) to \(end ?? first)")
    let queue = PrefetchQueue<Batch>(depth: depth)
    self.queue = queue
    // The thread holds the queue, never the prefetcher: otherwise deinit could not happen while it runs.
    if !BackgroundThread.start({ queue.fill(from: first, to: end, make: make) }) {
      queue.makeInPlace(from: first, to: end, make: make)
    }
  }

  deinit { queue.cancel() }

  /// The next batch, waiting for it if need be; nil after the last one and after `cancel()`.
  ///
  /// An error of `make` is thrown here once the batches before it are used up, and at every call after that.
  public func next() throws -> Batch? {
    try queue.next()
  }

  /// Ends the thread and drops the batches that wait.
  public func cancel() {
    queue.cancel()
  }
}

/// What the two threads share.
///
/// Unchecked: every access to a stored variable holds `condition`.
private final class PrefetchQueue<Batch: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private let depth: Int
  private var finished: [Batch] = []
  private var error: (any Error)?
  private var isEnded = false
  /// Makes the next batch where no thread does.
  private var makeNext: (() throws -> Batch?)?

  init(depth: Int) { self.depth = depth }

  func fill(from first: Int, to end: Int?, make: (Int) throws -> Batch) {
    var number = first
    while number != end, waitForRoom() {
      do {
        deliver(try make(number))
      } catch {
        finish(with: error)
        return
      }
      number += 1
    }
    finish(with: nil)
  }

  func makeInPlace(from first: Int, to end: Int?, make: @escaping (Int) throws -> Batch) {
    var number = first
    condition.withLock {
      makeNext = {
        guard number != end else { return nil }
        defer { number += 1 }
        return try make(number)
      }
    }
  }

  func next() throws -> Batch? {
    try condition.withLock {
      if let makeNext, !isEnded {
        do {
          if let batch = try makeNext() { return batch }
        } catch {
          self.error = error
        }
        isEnded = true
      }
      while finished.isEmpty && !isEnded { condition.wait() }
      if finished.isEmpty {
        if let error { throw error }
        return nil
      }
      condition.broadcast()
      return finished.removeFirst()
    }
  }

  func cancel() {
    condition.withLock {
      finished.removeAll()
      error = nil
      isEnded = true
      condition.broadcast()
    }
  }

  /// False once nobody wants further batches.
  private func waitForRoom() -> Bool {
    condition.withLock {
      while finished.count >= depth && !isEnded { condition.wait() }
      return !isEnded
    }
  }

  private func deliver(_ batch: Batch) {
    condition.withLock {
      guard !isEnded else { return }
      finished.append(batch)
      condition.broadcast()
    }
  }

  private func finish(with error: (any Error)?) {
    condition.withLock {
      guard !isEnded else { return }
      self.error = error
      isEnded = true
      condition.broadcast()
    }
  }
}
