/// The times of all variants on one workload, round by round; in a round every variant has processes of its own that
/// take turns.
package struct RoundTimes: Equatable, Sendable {
  /// [variant: [round: milliseconds of every run]]
  package private(set) var milliseconds: [Variant: [[Double]]] = [:]

  package init() {}

  /// Adds runs to a round; rounds begin at 0 and follow one another.
  package mutating func add(_ times: [Double], of variant: Variant, round: Int) {
    var rounds = milliseconds[variant] ?? []
    while rounds.count <= round { rounds.append([]) }
    rounds[round] += times
    milliseconds[variant] = rounds
  }

  /// The median of a variant in each round.
  package func medians(of variant: Variant) -> [Double] {
    (milliseconds[variant] ?? []).compactMap(Statistics.median)
  }

  /// The median of the medians of the rounds: no round counts for more than another.
  package func median(of variant: Variant) -> Double? { Statistics.median(medians(of: variant)) }

  /// The shortest run of all rounds.
  package func minimum(of variant: Variant) -> Double? { milliseconds[variant]?.joined().min() }

  /// How many times as long as `own` the fastest of the others takes: in each round its median over that of `own`,
  /// fastest by median in that round; then the median over the rounds. Nil where either is missing.
  package func ratio(ofFastest others: [Variant], to own: Variant) -> Double? {
    Statistics.median(ratios(ofFastest: others, to: own))
  }

  /// The ratio of each round.
  package func ratios(ofFastest others: [Variant], to own: Variant) -> [Double] {
    medians(of: own).enumerated().compactMap { round, mine in
      let theirs = others.compactMap { variant -> Double? in
        let medians = medians(of: variant)
        return round < medians.count ? medians[round] : nil
      }
      return theirs.min().map { $0 / mine }
    }
  }

  /// The same of the shortest runs of all rounds: a system's best process against the best of this library.
  package func ratioOfMinima(ofFastest others: [Variant], to own: Variant) -> Double? {
    guard let mine = minimum(of: own), let best = others.compactMap(minimum).min() else { return nil }
    return best / mine
  }

  /// The variant with the shortest median.
  package func fastest(of others: [Variant]) -> Variant? {
    others.compactMap { variant in median(of: variant).map { (variant, $0) } }.min { $0.1 < $1.1 }?.0
  }
}
