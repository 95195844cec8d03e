import Foundation

extension MemoryKind {
  /// How many random patterns of 1 and -1 theory expects a memory to recall from cues with some wrong signs, at most up to
  /// a constant factor.
  ///
  /// - Parameters:
  ///   - dimension: The numbers d of a pattern.
  ///   - wrongCount: The wrong signs of a cue.
  ///   - reach: The wrong signs up to which a ball of ``logSumReLU`` reaches.
  ///   - beta: The inverse temperature of ``randomFeatures``, for patterns of length 1.
  ///   - featureCount: Its frequencies F: the noise of its estimate, sqrt(N / 2F), reaches the kernel of the cue's own
  ///     pattern, exp(-beta / 2 |cue - pattern|²).
  /// - Source: ``BinaryCapacity``; for modern memories and balls, the number of patterns of which one other is expected as
  ///   near to a cue as its own, or to be within reach of it.
  public func expectedCapacity(
    dimension: Int, wrongCount: Int, reach: Int, beta: Float, featureCount: Int
  ) -> Double {
    switch self {
    case .hebb: return BinaryCapacity.hebbWithErrors(dimension: dimension)
    case .pseudoInverse: return Double(dimension)
    case .cubic: return BinaryCapacity.power(degree: 3, dimension: dimension)
    case .quartic: return BinaryCapacity.power(degree: 4, dimension: dimension)
    case .exponential:
      return BinaryCapacity.exponential(
        dimension: dimension, corruptedShare: Double(wrongCount) / Double(dimension))
    case .softmax, .entmax, .sparsemax:
      return 1 / BinaryCapacity.chanceWithin(wrongCount, of: dimension)
    case .logSumReLU: return 1 / BinaryCapacity.chanceWithin(reach, of: dimension)
    case .randomFeatures:
      let squaredDistance = Double(4 * wrongCount) / Double(dimension)
      return 2 * Double(featureCount) * exp(-Double(beta) * squaredDistance)
    }
  }

  /// The same in words.
  public var expectedCapacityWords: String {
    switch self {
    case .hebb: "0.138 d"
    case .pseudoInverse: "d"
    case .cubic: "d² / (6 ln d)"
    case .quartic: "d³ / (30 ln d)"
    case .exponential: "exp(α d) + 1 for a tenth of wrong numbers"
    case .softmax, .entmax, .sparsemax: "one other pattern expected as near to a cue as its own"
    case .logSumReLU: "one other ball expected around a cue"
    case .randomFeatures: "noise of the estimate as large as the kernel of the cue's own pattern"
    }
  }
}
