import EnergyTransformer
import Foundation
import Reporting

/// How many random patterns of 64 numbers the modern Hopfield network recalls by one update, all of them without an error.
enum OneUpdate {
  /// The smallest whole number of wrong numbers that is at least a tenth.
  private static let (dimension, flips) = (64, 7)
  private static let beta: Float = 8

  static func section(quick: Bool, random: RandomStream) -> PageSection {
    func text(_ value: Double) -> String { String(format: "%.2g", value) }
    /// The pairs of a cue and a pattern that is not its own but as near, expected among so many patterns.
    func nearer(_ count: Int) -> Double {
      BinaryCapacity.confusedPairs(patternCount: count, wrong: flips, of: dimension)
    }
    let counts = quick ? [500, 1_000] : (0...7).map { 5_000 << $0 }
    let found = OneUpdateRecall.untilFailure(
      among: counts, dimension: dimension, changedSigns: flips, beta: beta, random: random)
    let best = found.last { $0.failedCount == 0 }
    let (recalled, largestDeviation) = (best?.patternCount ?? 0, best?.largestDeviation ?? 0)
    var section = PageSection("64 numbers, one update")
    section.summary = [
      "modern_recalled_d64": Double(recalled), "modern_recalled_d64_largest_difference": largestDeviation,
      "modern_recalled_d64_nearer_expected": nearer(recalled),
    ]
    var words =
      "A modern Hopfield network (softmax, beta \(Int(beta))) of \(recalled) random patterns of 64 numbers 1 or -1 recalls "
      + "**all \(recalled)** by one update from cues of which \(flips) numbers, more than a tenth, are wrong; no number of "
      + "any of them has a wrong sign, and the largest difference from 1 or -1 is \(text(largestDeviation)). No memory "
      + "can do this once another pattern is as near to a cue as its own: \(text(nearer(recalled))) such pairs are "
      + "expected."
    if let failed = found.first(where: { $0.failedCount > 0 }) {
      let (patterns, expected) = (failed.patternCount, nearer(failed.patternCount))
      section.summary["modern_failed_d64"] = Double(patterns)
      section.summary["modern_failed_d64_cues"] = Double(failed.failedCount)
      section.summary["modern_failed_d64_nearer_expected"] = expected
      words +=
        " At \(patterns) patterns, where \(text(expected)) are expected, \(failed.failedCount) cues are not recalled."
    }
    section.addParagraph(words)
    let promise = SphereCapacity(
      beta: Double(beta), radius: (Double(dimension) / Double(dimension - 1)).squareRoot(),
      dimension: dimension, failureProbability: 0.001)
    section.addParagraph(
      "Theorem 3, which speaks of growth with d, promises \(text(promise.patternCount)) patterns at this beta and d (c = "
        + "\(String(format: "%.3f", promise.base))) with probability 0.999.")
    return section
  }
}
