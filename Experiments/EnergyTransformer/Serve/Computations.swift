import EnergyTransformer
import Foundation

/// Where what takes long is computed, apart from the connections: a few at once, each on the threads of the library, in the
/// order in which they were asked for. Whoever asks while all are busy waits.
final class Computations: Sendable {
  private let queue: OperationQueue

  init(atOnce count: Int = max(2, min(4, Parallelism.threadCount))) {
    queue = OperationQueue()
    queue.maxConcurrentOperationCount = count
    queue.qualityOfService = .userInitiated
  }

  func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      queue.addOperation { continuation.resume(with: Swift.Result { try work() }) }
    }
  }
}
