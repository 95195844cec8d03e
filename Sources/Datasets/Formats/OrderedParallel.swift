import Dispatch
import Synchronization

/// The same work on many items over all cores.
enum OrderedParallel {
  private static let chunkSize = 256

  /// `body(0)` to `body(count - 1)` in that order; the error thrown is the one of the lowest index.
  static func map<Result: Sendable>(
    count: Int, _ body: @Sendable (Int) throws -> Result
  ) throws -> [Result] {
    let chunkCount = (count + chunkSize - 1) / chunkSize
    let chunks = Mutex([Swift.Result<[Result], any Error>?](repeating: nil, count: chunkCount))
    DispatchQueue.concurrentPerform(iterations: chunkCount) { chunk in
      let range = chunk * chunkSize..<min(count, (chunk + 1) * chunkSize)
      let results = Swift.Result { try range.map(body) }
      chunks.withLock { $0[chunk] = results }
    }
    return try chunks.withLock { chunks in
      var all: [Result] = []
      all.reserveCapacity(count)
      for case .some(let results) in chunks { all += try results.get() }
      return all
    }
  }
}
