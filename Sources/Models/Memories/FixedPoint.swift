/// What a state that a memory retrieved is made of.
public struct FixedPoint: Sendable, Equatable {
  /// The kind, by the weights.
  public let kind: FixedPointKind
  /// The least number of weights that make 90 %; nil for memories of binary states, which have no weights.
  public let dominantCount: Int?
  /// The largest weight; for memories of binary states the largest overlap |xi·s| / d.
  public let largestWeight: Double
  /// The spectral radius of the Jacobian of the update at the state; nil unless asked for. Below 1 the fixed
  /// point attracts its neighbourhood.
  public let spectralRadius: Double?

  /// A fixed point of its parts, as a memory of one's own reports it.
  public init(
    kind: FixedPointKind, dominantCount: Int?, largestWeight: Double, spectralRadius: Double? = nil
  ) {
    self.kind = kind
    self.dominantCount = dominantCount
    self.largestWeight = largestWeight
    self.spectralRadius = spectralRadius
  }
}

/// The kinds of fixed points of a memory. A state whose weights are no numbers has none.
///
/// - Source: Ramsauer et al. 2020, section 2 and appendix A.1.5; the border of an average over half of the
///   patterns is that of their class I of attention heads.
public enum FixedPointKind: Sendable, Equatable {
  /// One pattern: a weight of at least 0.9, or an overlap of at least 0.9.
  case singlePattern
  /// A mixture of several patterns and not of most.
  case metastable
  /// A mixture of most patterns: more than half of them make 90 % of the weight.
  case globalAverage

  /// The kind of a mixture of `patternCount` patterns, `dominantCount` of which make 90 %.
  public init(dominantCount: Int, patternCount: Int) {
    if dominantCount <= 1 {
      self = .singlePattern
    } else {
      self = 2 * dominantCount > patternCount ? .globalAverage : .metastable
    }
  }
}
