import Foundations
import Tensors

/// How a head retrieves, measured over sequences of one length.
///
/// A query q is a state, the keys are N stored patterns of largest norm M, p = softmax(β q Kᵀ):
///
///     energy   E(q) = - 1/β log Σ exp(β q·k) + ½ |q|² + 1/β log N + ½ M²
///     entropy  - Σ p log p
///     Jacobian of the softmax  β (diag(p) - p pᵀ), its Frobenius norm  β √(Σ p² - 2 Σ p³ + (Σ p²)²)
///
/// One more update moves q to p K, and the answer from p V to softmax(β p K Kᵀ) V.
///
/// - Source: Ramsauer et al. 2020, equation 2, section 3 and appendix A.1.
public struct HeadRegime: Codable, Sendable, Equatable {
  /// The head.
  public let index: HeadIndex
  /// The number of tokens of every sequence, N.
  public let sequenceLength: Int
  /// How many queries need k weights to make up 90 %, at index k from 0 to N.
  public let counts: [Int]
  /// The mean entropy of the weights, in nats; log N at most.
  public let entropy: Double
  /// The mean energy at the queries.
  public let energy: Double
  /// The mean energy after one update, which is never higher.
  public let updatedEnergy: Double
  /// The mean of |changed answer - answer| / |answer| under one more update.
  public let answerChange: Double
  /// The share of queries whose answer changes by more than a tenth of its length.
  public let changedShare: Double
  /// The mean Frobenius norm of the softmax's Jacobian.
  public let jacobianNorm: Double

  /// The number of queries.
  public var queryCount: Int { counts.reduce(0, +) }

  /// The smallest k that this share of the queries does not exceed: 0.5 gives the median, where an even number of
  /// queries has its two middle ones averaged.
  public func quantile(_ share: Double) -> Double {
    let total = queryCount
    if total == 0 { return 0 }
    let position = share * Double(total) - 0.5
    let lower = max(0, min(total - 1, Int(position.rounded(.down))))
    let upper = max(0, min(total - 1, Int(position.rounded(.up))))
    return 0.5 * Double(count(atRank: lower) + count(atRank: upper))
  }

  /// The median k.
  public var medianCount: Double { quantile(0.5) }

  /// The shares of the queries that need at most 1, 2, … N weights to make 90 %.
  public var cumulativeShares: [Double] {
    var seen = 0
    return counts.dropFirst().map { queries in
      seen += queries
      return Double(seen) / Double(queryCount)
    }
  }

  /// The class, by the median.
  public var attentionClass: AttentionClass {
    AttentionClass(medianCount: medianCount, sequenceLength: sequenceLength)
  }

  /// The regime over this one's sequences and those of another measurement of the same head and length.
  public func merged(with other: HeadRegime) -> HeadRegime {
    require(
      index == other.index && sequenceLength == other.sequenceLength,
      "regimes of \(index) over \(sequenceLength) tokens and \(other.index) over \(other.sequenceLength)")
    let (own, more) = (Double(queryCount), Double(other.queryCount))
    func mean(_ value: KeyPath<HeadRegime, Double>) -> Double {
      (own * self[keyPath: value] + more * other[keyPath: value]) / max(1, own + more)
    }
    return HeadRegime(
      index: index, sequenceLength: sequenceLength, counts: zip(counts, other.counts).map { $0 + $1 },
      entropy: mean(\.entropy), energy: mean(\.energy), updatedEnergy: mean(\.updatedEnergy),
      answerChange: mean(\.answerChange), changedShare: mean(\.changedShare),
      jacobianNorm: mean(\.jacobianNorm))
  }

  private func count(atRank rank: Int) -> Int {
    var seen = 0
    for (k, number) in counts.enumerated() {
      seen += number
      if seen > rank { return k }
    }
    return counts.count - 1
  }
}

/// The class of an attention head, by how many tokens make up 90 % of a query's weights.
///
/// With k the median of that number over queries, and N tokens: I for k > N/2, II for N/8 < k <= N/2, III for
/// N/32 < k <= N/8, IV for k <= N/32. Class I are the global averages of ``Memories/FixedPointKind``; II to IV are metastable
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

  /// The class in words.
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
