public import Tensors

/// What one update of a modern Hopfield network makes of spoiled copies of all its patterns.
///
/// The patterns are random rows of 1 and -1, and a number is recalled where its sign is.
public struct OneUpdateRecall: Sendable, Equatable {
  /// Patterns of which a number was not recalled.
  public let failedCount: Int
  /// The largest |updated number - number| among patterns that were recalled.
  public let largestDeviation: Double

  /// Cues shown at once.
  private static var blockSize: Int { 4_096 }

  /// One softmax update for every pattern.
  ///
  /// - Parameters:
  ///   - patternCount: The patterns stored.
  ///   - dimension: The numbers of each.
  ///   - changedSigns: The numbers of each cue whose sign is changed.
  ///   - beta: The inverse temperature.
  ///   - stream: Its children draw patterns and cues; it is not advanced.
  public init(
    patternCount: Int, dimension: Int, changedSigns: Int, beta: Float, using stream: RandomStream
  ) {
    let patterns = RandomPatterns.signs(patternCount, dimension: dimension, using: stream.child(0))
    let network = ModernHopfieldNetwork(patterns: patterns, beta: beta)
    var (failed, deviation) = (0, 0.0)
    for start in stride(from: 0, to: patternCount, by: Self.blockSize) {
      let shown = patterns.sliced(axis: 0, start..<min(start + Self.blockSize, patternCount))
      let cues = RandomPatterns.flipping(
        changedSigns, signsOf: shown, using: stream.child(1).child(UInt64(start)))
      let differences = (network.updated(cues) - shown).absoluteValue().maximum(axis: 1).elements
      // A sign is right as long as its number is less than 1 away.
      failed += differences.count { !($0 < 1) }
      deviation = max(deviation, Double(differences.filter { $0 < 1 }.max() ?? 0))
    }
    (failedCount, largestDeviation) = (failed, deviation)
  }
}
