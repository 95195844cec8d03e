package import ArgumentParser
import Foundation
import Synchronization

/// How a command ends on Ctrl-C (SIGINT) and on SIGTERM: with a line that says how to go on, and with 130 or 143.
///
/// Where no work is watched or closed with a line, a signal ends the program as it always does. A second signal ends it at
/// once.
package enum StopSignal {
  /// The signal that came while work was watched; nil where none did.
  package static var number: Int32? {
    let found = raised.load(ordering: .relaxed)
    return found == 0 ? nil : found
  }

  /// Does work that looks at ``number`` between its steps and ends by itself.
  package static func watching<Result>(_ work: () throws -> Result) rethrows -> Result {
    try handling(line: nil, work)
  }

  /// Does work whose results are on the disk as they come: a signal ends the program at once, with a line on standard error.
  package static func ending<Result>(with line: String, _ work: () throws -> Result) rethrows -> Result {
    let text = strdup("\n\(line)\n")
    defer { free(text) }
    return try handling(line: text, work)
  }

  /// What ends the program after a signal, once its work is on the disk and `line` on standard error.
  package static func exit(_ number: Int32, saying line: String) -> ExitCode {
    FileHandle.standardError.write(Data("\(line)\n".utf8))
    return ExitCode(128 + number)
  }

  private static func handling<Result>(
    line: UnsafeMutablePointer<CChar>?, _ work: () throws -> Result
  ) rethrows -> Result {
    // Also makes both before a handler could: their first use must not happen in one.
    raised.store(0, ordering: .relaxed)
    let outer = closingLine.exchange(UInt(bitPattern: line), ordering: .sequentiallyConsistent)
    let previous = [SIGINT, SIGTERM].map { ($0, signal($0, stop)) }
    // A shell lets what runs in its background ignore Ctrl-C; that stays so.
    for (number, handler) in previous where handler.map(isIgnoring) == true { signal(number, SIG_IGN) }
    // What starts a program from a thread that blocks signals hands that on, as the worker threads of Dispatch do.
    var both = sigset_t()
    sigemptyset(&both)
    sigaddset(&both, SIGINT)
    sigaddset(&both, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &both, nil)
    defer {
      for (number, handler) in previous { signal(number, handler) }
      closingLine.store(outer, ordering: .sequentiallyConsistent)
      raised.store(0, ordering: .relaxed)
    }
    return try work()
  }

  private static func isIgnoring(_ handler: @convention(c) (Int32) -> Void) -> Bool {
    unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}

private let raised = Atomic<Int32>(0)
/// The address of a line that ends with 0; 0 for none.
private let closingLine = Atomic<UInt>(0)

/// Runs between any two instructions of the program, so that it does nothing but what POSIX allows there.
private func stop(_ number: Int32) {
  if let line = UnsafePointer<CChar>(bitPattern: closingLine.load(ordering: .sequentiallyConsistent)) {
    _ = write(STDERR_FILENO, line, strlen(line))
    _exit(128 + number)
  }
  if raised.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
}
