import CKernels

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
