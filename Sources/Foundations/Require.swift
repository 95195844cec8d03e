import Foundation
import Synchronization

/// Stops the program where code was called with shapes or values it does not take, with the message in every build:
/// `precondition` says nothing in a release build.
package func require(
  _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID,
  line: UInt = #line
) {
  if !condition() { stop(message(), file: file, line: line) }
}

/// Whether a thread is ending the program.
private let isStopping = Atomic(false)

/// Ends the program with a message. Work that is split over threads meets the same fault on all of them: the first says it,
/// the others wait for the end.
private func stop(_ message: String, file: StaticString, line: UInt) -> Never {
  if isStopping.exchange(true, ordering: .relaxed) {
    while true { sleep(1) }
  }
  fatalError(message, file: file, line: line)
}
