import Tensors

/// The same work on many items over all cores.
enum OrderedParallel {
  private static let chunkSize = 256

  /// `body(0)` to `body(count - 1)` in that order; the error thrown is the one of the lowest index.
  static func map<Result: Sendable>(
    count: Int, _ body: @Sendable (Int) throws -> Result
  ) throws -> [Result] {
    let chunks = Parallelism.map((count + chunkSize - 1) / chunkSize) { chunk in
      Swift.Result { try (chunk * chunkSize..<min(count, (chunk + 1) * chunkSize)).map(body) }
    }
    var all: [Result] = []
    all.reserveCapacity(count)
    for results in chunks { all += try results.get() }
    return all
  }
}
