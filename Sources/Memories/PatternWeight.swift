/// The share of a stored pattern in a mixture.
public struct PatternWeight: Sendable, Equatable {
  /// The row of the pattern in the store.
  public let pattern: Int
  /// Its weight; those of all patterns add up to 1.
  public let weight: Double

  /// A pattern and its weight.
  public init(pattern: Int, weight: Double) {
    self.pattern = pattern
    self.weight = weight
  }
}
