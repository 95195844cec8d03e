/// Stops the program where code was called with shapes or values it does not take, with the message in every build:
/// `precondition` says nothing in a release build.
package func require(
  _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID,
  line: UInt = #line
) {
  if !condition() { fatalError(message(), file: file, line: line) }
}
