/// What a head of attention does, by how many tokens it takes to make 90 % of a query's weights.
///
/// With k the median of that number over queries, and N tokens: I for k > N/2, II for N/8 < k <= N/2, III for
/// N/32 < k <= N/8, IV for k <= N/32. Class I are the global averages of ``FixedPointKind``; II to IV are metastable
/// states, from large ones down to small ones and single patterns.
///
/// - Source: Ramsauer et al. 2020, section 3, "Analysis of transformer and BERT models".
public enum AttentionClass: Int, Sendable, CaseIterable, Comparable {
  /// I: averages over most tokens.
  case globalAverage = 1
  /// II: a large metastable state.
  case largeMetastable
  /// III: a metastable state of medium size.
  case mediumMetastable
  /// IV: a small metastable state or a single token.
  case smallMetastable

  /// The class of a head whose median is `medianCount` of `sequenceLength` tokens.
  public init(medianCount: Double, sequenceLength: Int) {
    let length = Double(sequenceLength)
    self =
      2 * medianCount > length
      ? .globalAverage
      : 8 * medianCount > length
        ? .largeMetastable : 32 * medianCount > length ? .mediumMetastable : .smallMetastable
  }

  /// The Roman number.
  public var numeral: String { ["I", "II", "III", "IV"][rawValue - 1] }

  /// What the class is, in words.
  public var words: String {
    switch self {
    case .globalAverage: "global average"
    case .largeMetastable: "large metastable state"
    case .mediumMetastable: "medium metastable state"
    case .smallMetastable: "small metastable state or one token"
    }
  }

  public static func < (a: AttentionClass, b: AttentionClass) -> Bool { a.rawValue < b.rawValue }
}
