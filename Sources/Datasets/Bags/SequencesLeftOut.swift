/// How many lines of repertoires held no whole sequence, by what they lacked.
public struct SequencesLeftOut: Sendable, Equatable, CustomStringConvertible {
  /// Why a line is left out.
  public enum Reason: Sendable, CaseIterable {
    /// An empty field, or a word for it such as NA.
    case missing
    /// `*`.
    case stopCodon
    /// `_`, `#`, `~` or `?`: a codon that is cut off.
    case frameshift
    /// `X`: any amino acid.
    case unknownAminoAcid
    /// The file says that it makes no receptor: `productive` F, `frame_type` Out or Stop.
    case unproductive

    fileprivate var words: String {
      switch self {
      case .missing: "missing"
      case .stopCodon: "with a stop codon"
      case .frameshift: "with a frameshift"
      case .unknownAminoAcid: "with an unknown amino acid"
      case .unproductive: "not productive"
      }
    }
  }

  /// The number of lines read.
  public private(set) var lineCount = 0
  private var counts: [Reason: Int] = [:]

  public init() {}

  /// Lines left out for a reason.
  public subscript(_ reason: Reason) -> Int { counts[reason] ?? 0 }

  /// The number of lines left out.
  public var total: Int { counts.values.reduce(0, +) }

  /// "3 of 900 sequences left out: 2 missing, 1 with a stop codon".
  public var description: String {
    let parts = Reason.allCases.filter { self[$0] > 0 }.map { "\(self[$0]) \($0.words)" }
    return "\(total) of \(lineCount) sequences left out"
      + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))
  }

  /// Counts a line, with what it lacks if anything.
  mutating func add(_ reason: Reason?) {
    lineCount += 1
    if let reason { counts[reason, default: 0] += 1 }
  }

  /// Counts the lines of another file.
  mutating func add(_ other: SequencesLeftOut) {
    lineCount += other.lineCount
    counts.merge(other.counts, uniquingKeysWith: +)
  }
}
