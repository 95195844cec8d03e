/// What is timed.
package enum Work: String, Codable, CaseIterable, Sendable {
  /// The whole descent; the energies too, in systems that have them at hand.
  case forward
  /// The mean squared error of the final normalised tokens against a target, and its gradient for every parameter.
  case training

  /// What the names of a summary call it.
  package var summaryName: String { self == .forward ? "forward" : "train" }
}
