/// A law that does not hold, with what was seen and where.
public struct LawViolation: Sendable, Equatable, CustomStringConvertible {
  /// The law.
  public let law: Law
  /// What was compared, where it is worst, and by how much; one line.
  public let message: String

  public var description: String { "not so: \(law.rawValue): \(message)" }
}
