import Foundations
public import Tensors

/// Errors of one softmax update near stored patterns beside the bound of theorem 5, pattern by pattern.
///
///     error_i = |f(x_i + offset_i) - x_i|,   bound_i as ``RetrievalBounds/retrievalError(separation:distance:)``
///
/// with the larger of the distance of the state and that of the fixed point from the pattern.
///
/// - Source: Ramsauer et al. 2020, theorem 5.
public struct UpdateErrors: Sendable {
  /// The distance of the updated state from each pattern.
  public let errors: [Double]
  /// The bound of each.
  public let bounds: [Double]
  /// The share of patterns that theory calls stored.
  public let storedShare: Double

  /// One update of a network of the patterns with inverse temperature `beta`, from states next to them.
  ///
  /// - Parameters:
  ///   - patterns: [patterns, dimension].
  ///   - separation: How far they lie apart.
  ///   - offsets: What is added to each, [patterns, dimension].
  ///   - distance: The length of every offset.
  ///   - beta: The inverse temperature.
  /// - Cost: up to 2,000 passes over the patterns, for their fixed points.
  public init(
    of patterns: Tensor<Double>, separation: PatternSeparation, offsets: Tensor<Double>, distance: Double,
    beta: Double
  ) {
    require(
      patterns.shape == offsets.shape,
      "patterns of shape \(patterns.shape) with offsets of shape \(offsets.shape)")
    let network = ModernHopfieldNetwork(patterns: patterns, beta: beta)
    let theory = RetrievalBounds(
      beta: beta, patternCount: patterns.shape[0], largestNorm: separation.largestNorm)
    var options = RetrievalOptions.updates(2_000)
    options.tolerance = 1e-12
    let fixed = network.retrieve(patterns, options: options).states.rowDistances(to: patterns)
    errors = network.updated(patterns + offsets).rowDistances(to: patterns)
    bounds = zip(separation.separations, fixed).map {
      theory.retrievalError(separation: $0, distance: max(distance, $1))
    }
    storedShare =
      Double(separation.separations.count { $0 >= theory.separationOfStoredPatterns }) / Double(errors.count)
  }

  /// The median of the errors, the upper one of two middle ones.
  public var medianError: Double { errors.sorted()[errors.count / 2] }

  /// The median of the bounds, the upper one of two middle ones.
  public var medianBound: Double { bounds.sorted()[bounds.count / 2] }

  /// How many errors exceed their bound by more than rounding.
  public func violationCount(rounding: Double) -> Int {
    zip(errors, bounds).count { $0 > $1 + rounding }
  }

  /// The largest error over its bound, among bounds above rounding; nil where none is.
  public func largestRatio(rounding: Double) -> Double? {
    zip(errors, bounds).filter { $1 > rounding }.map { $0 / $1 }.max()
  }
}
