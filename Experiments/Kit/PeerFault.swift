/// A system to compare with that is missing or failed, in one line.
package struct PeerFault: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
