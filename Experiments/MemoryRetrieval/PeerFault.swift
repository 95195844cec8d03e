/// A system to compare with that is missing or failed, in one line.
struct PeerFault: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
