import EnergyTransformer
import Foundation

/// How many random patterns of 64 numbers the modern Hopfield network recalls by one update, all of them without an error.
struct RecalledAtOnce: Finding {
  private let recalled: Int
  private let failed: Int?
  private let wrongCues: Int
  private let largestDeviation: Double

  /// The smallest whole number of wrong numbers that is at least a tenth.
  static let (dimension, flips) = (64, 7)
  static let beta: Float = 8

  init(quick: Bool, random: RandomStream) {
    var (recalled, failed, wrong, deviation) = (0, Int?.none, 0, 0.0)
    for count in quick ? [500, 1_000] : [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 640_000] {
      let found = Self.tried(count, random.child(UInt64(count)))
      if found.wrong > 0 {
        (failed, wrong) = (count, found.wrong)
        break
      }
      (recalled, deviation) = (count, found.deviation)
    }
    (self.recalled, self.failed, wrongCues, largestDeviation) = (recalled, failed, wrong, deviation)
  }

  /// Cues whose update has a wrong number, and the largest difference of a number otherwise.
  private static func tried(_ count: Int, _ random: RandomStream) -> (wrong: Int, deviation: Double) {
    let patterns = RandomPatterns.signs(count, dimension: dimension, random.child(0))
    let network = ModernHopfieldNetwork(patterns: patterns, beta: beta)
    var (wrong, deviation) = (0, 0.0)
    for start in stride(from: 0, to: count, by: 4_096) {
      let range = start..<min(start + 4_096, count)
      let shown = patterns.sliced(axis: 0, range)
      let cues = RandomPatterns.flipped(shown, flips: flips, random.child(1).child(UInt64(start)))
      let differences = (network.updated(cues) - shown).absoluteValue().maximum(axis: 1).elements
      // A number is right when its sign is: a difference below 1.
      wrong += differences.count { !($0 < 1) }
      deviation = max(deviation, Double(differences.filter { $0 < 1 }.max() ?? 0))
    }
    return (wrong, deviation)
  }

  var summary: [String: Double] {
    var summary = [
      "modern_recalled_d64": Double(recalled), "modern_recalled_d64_largest_difference": largestDeviation,
      "modern_recalled_d64_nearer_expected": Self.nearer(recalled),
    ]
    if let failed {
      summary["modern_failed_d64"] = Double(failed)
      summary["modern_failed_d64_cues"] = Double(wrongCues)
      summary["modern_failed_d64_nearer_expected"] = Self.nearer(failed)
    }
    return summary
  }

  /// The pairs of a cue and a pattern that is not its own but as near, expected among so many patterns.
  private static func nearer(_ count: Int) -> Double {
    Double(count) * Double(max(0, count - 1)) * BinaryCapacity.chanceWithin(flips, of: dimension)
  }

  let tables: [TableRecipe] = []
  func writeFiles(to folder: String) throws {}

  func addSection(to page: inout MarkdownPage, summary: [String: Double]) throws {
    page.addHeading("64 numbers, one update")
    func text(_ value: Double) -> String { String(format: "%.2g", value) }
    var words =
      "A modern Hopfield network (softmax, beta \(Int(Self.beta))) of \(recalled) random patterns of 64 numbers 1 or -1 recalls "
      + "**all \(recalled)** by one update from cues of which \(Self.flips) numbers, more than a tenth, are wrong; no number of "
      + "any of them has a wrong sign, and the largest difference from 1 or -1 is \(text(largestDeviation)). No memory "
      + "can do this once another pattern is as near to a cue as its own: \(text(Self.nearer(recalled))) such pairs are "
      + "expected."
    if let failed {
      words +=
        " At \(failed) patterns, where \(text(Self.nearer(failed))) are expected, \(wrongCues) cues are not recalled."
    }
    page.addParagraph(words)
    let promise = SphereCapacity(
      beta: Double(Self.beta), radius: (Double(Self.dimension) / Double(Self.dimension - 1)).squareRoot(),
      dimension: Self.dimension, failureProbability: 0.001)
    page.addParagraph(
      "Theorem 3, which speaks of growth with d, promises \(text(promise.patternCount)) patterns at this beta and d (c = "
        + "\(String(format: "%.3f", promise.base))) with probability 0.999.")
  }
}
