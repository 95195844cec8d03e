import CKernels
import Foundation
import Foundations
import Synchronization

/// How work is spread over processor cores.
///
/// Work is always cut into the same pieces whatever the number of threads, and each piece is computed by one
/// thread, so results have the same bits with 1 thread as with many.
public enum Parallelism {
  private static let configured = Atomic<Int>(0)

  /// The number of threads that loops may use; the number of cores unless set. Never changes a result.
  public static var threadCount: Int {
    get {
      let count = configured.load(ordering: .relaxed)
      return count > 0 ? count : processorCount
    }
    set {
      require(newValue > 0, "threadCount must be at least 1, not \(newValue)")
      configured.store(newValue, ordering: .relaxed)
    }
  }

  private static let processorCount = max(1, activeProcessorCount())

  /// Calls `body` with 0 ..< count, each once, in any order, on several threads. A loop inside a loop runs in place.
  package static func forEach(_ count: Int, _ body: (Int) -> Void) {
    let threads = min(threadCount, count)
    if threads <= 1 || et_inside_parallel_loop() != 0 {
      for index in 0..<count { body(index) }
      return
    }
    withoutActuallyEscaping(body) { body in
      // The loop returns only when every call has, so the closure outlives it.
      var work = LoopBody(run: body)
      withUnsafeMutablePointer(to: &work) { context in
        et_parallel_loop(Int32(threads), count, context) { context, index in
          context?.assumingMemoryBound(to: LoopBody.self).pointee.run(index)
        }
      }
    }
  }

  /// The results of `body` for 0 ..< count, in order, computed on several threads.
  package static func map<Result>(_ count: Int, _ body: (Int) -> Result) -> [Result] {
    var results = [Result?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { slots in
      // Each call writes its own slot.
      nonisolated(unsafe) let slots = slots
      forEach(count) { slots[$0] = body($0) }
    }
    return results.compactMap { $0 }
  }

  private struct LoopBody { let run: (Int) -> Void }

  /// Cuts 0 ..< count into pieces of at least `grain` and calls `body` with each range. For work whose result does
  /// not depend on where the cuts are.
  package static func forRanges(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    let pieces = min(max(1, count / max(1, grain)), 4 * threadCount)
    if pieces <= 1 { return body(0..<count) }
    forEach(pieces) { piece in body(count * piece / pieces..<count * (piece + 1) / pieces) }
  }

  /// Calls `body` with ranges of at least `grain` that make up 0 ..< count; with one range where no other thread can
  /// help. For work whose result does not depend on where the cuts are.
  package static func spread(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    if et_inside_parallel_loop() != 0 || threadCount == 1 { return body(0..<count) }
    let pieces = min(max(1, count / max(1, grain)), 12 * threadCount)
    if pieces == 1 { return body(0..<count) }
    forEach(pieces) { piece in body(count * piece / pieces..<count * (piece + 1) / pieces) }
  }
}

/// Processors this process may run on.
func activeProcessorCount() -> Int { ProcessInfo.processInfo.activeProcessorCount }

/// Work on a thread of its own, outside the pool that loops share.
package enum BackgroundThread {
  /// Starts the work and returns at once; false, with nothing done, where the system grants no thread.
  package static func start(_ work: @escaping @Sendable () -> Void) -> Bool {
    let box = Unmanaged.passRetained(Work(work))
    let isStarted = et_start_thread(
      { argument in
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, box.toOpaque())
    if isStarted == 0 { box.release() }
    return isStarted != 0
  }

  private final class Work: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
}
