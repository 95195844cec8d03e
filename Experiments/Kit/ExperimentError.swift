package import EnergyTransformer

/// What ends a command with one line for its user.
package struct ExperimentError: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// A descent that left the finite numbers. A trial of settings survives it.
package struct DescentFailure: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

extension DescentResult {
  /// - Throws: ``DescentFailure`` where the descent left the finite numbers; `place` says which descent.
  package func checkFinite(_ place: @autoclosure () -> String) throws {
    if !stopReason.isFinite { throw DescentFailure("\(place()): \(stopReason)") }
  }
}

extension StackDescent {
  /// The same for the descents of a stack.
  package func checkFinite(_ place: @autoclosure () -> String) throws {
    if let stopReason, !stopReason.isFinite { throw DescentFailure("\(place()): \(stopReason)") }
  }
}
