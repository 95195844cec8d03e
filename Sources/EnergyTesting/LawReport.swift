/// The findings of a checker.
public struct LawReport: Sendable, CustomStringConvertible {
  /// The type that was checked.
  public let subject: String
  /// The laws that were checked, in order.
  public let checked: [Law]
  /// The laws that these samples cannot show, with the reason.
  public let unchecked: [(law: Law, reason: String)]
  /// The violations found.
  public let violations: [LawViolation]

  /// Whether all laws hold that were checked.
  public var isSatisfied: Bool { violations.isEmpty }

  /// The violations of a law.
  public func violations(of law: Law) -> [LawViolation] { violations.filter { $0.law == law } }

  /// One line for the whole, then one for each violation and each law that was not checked.
  public var description: String {
    let heading =
      isSatisfied
      ? "\(subject): \(checked.count) laws hold"
      : "\(subject): \(Set(violations.map(\.law)).count) of \(checked.count) laws do not hold"
    let gaps = unchecked.map { "not checked: \($0.law.rawValue): \($0.reason)" }
    return ([heading] + violations.map(\.description) + gaps).joined(separator: "\n")
  }
}

/// A law that does not hold, with what was seen and where.
public struct LawViolation: Sendable, Equatable, CustomStringConvertible {
  /// The law.
  public let law: Law
  /// One line: what was compared, where it differs most, and by how much.
  public let message: String

  public var description: String { "not so: \(law.rawValue): \(message)" }
}
