import Datasets
import Foundation
import Synchronization
import Testing

struct PrefetcherTests {
  struct Failure: Error, Equatable { let number: Int }

  @Test("batches come in order, then nil", arguments: [1, 2, 5])
  func order(depth: Int) throws {
    let prefetcher = Prefetcher(from: 3, to: 40, depth: depth) { $0 * 10 }
    var received: [Int] = []
    while let batch = try prefetcher.next() { received.append(batch) }
    #expect(received == (3..<40).map { $0 * 10 })
    #expect(try prefetcher.next() == nil)
  }

  @Test("no more than the depth is made ahead")
  func bounded() throws {
    let made = Counter()
    let prefetcher = Prefetcher(from: 0, depth: 3) { number in
      made.increment()
      return number
    }
    #expect(wait { made.value == 3 })
    Thread.sleep(forTimeInterval: 0.05)
    #expect(made.value == 3)
    #expect(try prefetcher.next() == 0)
    #expect(wait { made.value == 4 })
    Thread.sleep(forTimeInterval: 0.05)
    #expect(made.value == 4)
  }

  @Test("an error arrives after the batches before it, and again at every call")
  func errors() throws {
    let prefetcher = Prefetcher(from: 0, depth: 4) { number in
      if number == 2 { throw Failure(number: number) }
      return number
    }
    #expect(try prefetcher.next() == 0)
    #expect(try prefetcher.next() == 1)
    for _ in 0..<2 { #expect(throws: Failure(number: 2)) { try prefetcher.next() } }
  }

  @Test("cancelling wakes a waiting reader and ends the thread")
  func cancelling() throws {
    let gate = DispatchSemaphore(value: 0)
    let made = Counter()
    let prefetcher = Prefetcher(from: 0, depth: 2) { number in
      gate.wait()
      made.increment()
      return number
    }
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: 0.05)
      prefetcher.cancel()
    }
    #expect(try prefetcher.next() == nil)
    gate.signal()
    #expect(wait { made.value == 1 })
    gate.signal()
    Thread.sleep(forTimeInterval: 0.05)
    #expect(made.value == 1)
  }

  @Test("a prefetcher that is dropped stops making batches and frees what its closure holds")
  func dropping() throws {
    let made = Counter()
    weak var held: Counter?
    do {
      let token = Counter()
      held = token
      let prefetcher = Prefetcher(from: 0, depth: 2) { number in
        token.increment()
        made.increment()
        return number
      }
      #expect(try prefetcher.next() == 0)
    }
    #expect(wait { held == nil })
    let count = made.value
    Thread.sleep(forTimeInterval: 0.05)
    #expect(made.value == count && count <= 4)
  }

  #if os(Linux)
    @Test(
      "where the system grants no thread, batches and errors come all the same, from the thread that asks")
    func noThread() async {
      await #expect(processExitsWith: .success) {
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        // Too little for the 8 MiB of a thread's stack.
        let most = rlim_t(Int(pages[0])! * Int(getpagesize()) + (4 << 20))
        var limit = rlimit(rlim_cur: most, rlim_max: most)
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        let caller = UInt(pthread_self())
        let prefetcher = Prefetcher<Int>(from: 3) { number in
          check(UInt(pthread_self()) == caller, "another thread")
          if number == 6 { throw Broken() }
          return number * number
        }
        for expected in [9, 16, 25] { check(try prefetcher.next() == expected, "not \(expected)") }
        for _ in 0..<2 { checkThrows({ _ = try prefetcher.next() }, "no error") }
        let short = Prefetcher<Int>(from: 0, to: 1) { $0 }
        check(try short.next() == 0 && short.next() == nil && short.next() == nil, "not one batch")
        short.cancel()
        let cancelled = Prefetcher<Int>(from: 0) { $0 }
        cancelled.cancel()
        check(try cancelled.next() == nil, "a batch after it was cancelled")
      }
    }
  #endif

  final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func increment() { count.withLock { $0 += 1 } }
  }

  /// Whether a condition comes true within five seconds.
  private func wait(until condition: () -> Bool) -> Bool {
    for _ in 0..<5000 where !condition() { Thread.sleep(forTimeInterval: 0.001) }
    return condition()
  }
}

private struct Broken: Error {}

/// For tests that run in a process of their own.
private func check(_ condition: Bool, _ message: String) {
  if !condition { fatalError(message) }
}

private func checkThrows(_ work: () throws -> Void, _ message: String) {
  do { try work() } catch is Broken { return } catch {}
  fatalError(message)
}
