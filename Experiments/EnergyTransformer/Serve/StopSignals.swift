import Dispatch
import Foundation

/// Waits for Ctrl-C or a request to terminate. A second one ends the program at once, with what it was computing.
struct StopSignals {
  private let stream: AsyncStream<Int32>
  private let sources: [any DispatchSourceSignal]

  init() {
    // A client that went away must not end the server.
    signal(SIGPIPE, SIG_IGN)
    let (stream, continuation) = AsyncStream<Int32>.makeStream()
    self.stream = stream
    let queue = DispatchQueue(label: "signals")
    nonisolated(unsafe) var count = 0
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        // Both come on one queue.
        count += 1
        if count > 1 { _exit(128 + number) }
        continuation.yield(number)
      }
      source.resume()
      return source
    }
  }

  /// Returns when there was a signal.
  func wait() async {
    for await _ in stream { return }
  }
}
