import EnergyTransformer
import Foundation

/// A memory of d numbers that is filled until it fails: patterns of 1 and -1, cues with a tenth of the numbers wrong.
///
/// Continuous memories get the patterns at length 1.
struct CapacityCase {
  let kind: MemoryKind
  let dimension: Int
  /// Few and small memories.
  let isQuick: Bool

  /// Wrong numbers of a cue.
  var flips: Int { Int((0.1 * Double(dimension)).rounded()) }

  /// beta = d makes softmax the memory of e^(xi·s). A ball reaches 1.2 times as far, squared, as a cue lies from its
  /// pattern. Kernels of random features are so narrow that noise fails them before other patterns do.
  var beta: Float {
    switch kind {
    case .logSumReLU: 2 / (1.2 * 4 * Float(flips) / Float(dimension))
    case .randomFeatures: 10
    default: Float(dimension)
    }
  }

  /// The most numbers that are stored.
  var mostNumbers: Int {
    if isQuick { return 1 << 13 }
    switch kind {
    case .hebb, .pseudoInverse: return dimension * dimension
    case .cubic, .quartic, .exponential: return 1 << 25
    case .randomFeatures: return 1 << 22
    default: return 1 << 25
    }
  }

  private var featureCount: Int { MemoryKind.featureCount(quick: isQuick) }

  /// Cues of a point; sweeps of dense memories cost most.
  var cueCount: Int {
    switch kind {
    case .cubic, .quartic, .exponential: 16
    default: 64
    }
  }

  /// What theory says of the number of patterns, for a cue or for a stored pattern.
  var theory: Double {
    let own = Double(4 * flips) / Double(dimension)
    switch kind {
    case .hebb: return BinaryCapacity.hebbWithErrors(dimension: dimension)
    case .pseudoInverse: return Double(dimension)
    case .cubic: return BinaryCapacity.power(degree: 3, dimension: dimension)
    case .quartic: return BinaryCapacity.power(degree: 4, dimension: dimension)
    case .exponential:
      return BinaryCapacity.exponential(
        dimension: dimension, corruptedShare: Double(flips) / Double(dimension))
    case .softmax, .entmax, .sparsemax:
      return 1 / BinaryCapacity.chanceWithin(flips, of: dimension)
    case .logSumReLU:
      return 1 / BinaryCapacity.chanceWithin(Int(1.2 * Double(flips)), of: dimension)
    // The noise of the estimate, sqrt(N / 2F), reaches the kernel of the cue's own pattern.
    case .randomFeatures: return 2 * Double(featureCount) * exp(-Double(beta) * own)
    }
  }

  /// The same in words.
  static func theoryText(_ kind: MemoryKind) -> String {
    switch kind {
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

  /// One point of a curve.
  struct Point {
    let patternCount: Int
    /// The share of numbers that are wrong after retrieval, of those of all cues.
    let error: Double
    /// The share of cues without a wrong number.
    let recalled: Double
    let meanSteps: Double
  }

  /// The curve, until a fifth of the numbers is wrong or the memory holds as many as it may.
  func curve(_ random: RandomStream) -> [Point] {
    var points: [Point] = []
    var count = 4.0
    while true {
      let patterns = Int(count.rounded())
      if patterns * dimension > mostNumbers { break }
      let point = point(patterns, random.child(UInt64(patterns)))
      points.append(point)
      if point.error > 0.2 { break }
      count *= kind == .hebb || kind == .pseudoInverse ? pow(2, 0.25) : 2.0.squareRoot()
      if count.rounded() == Double(patterns) { count = Double(patterns + 1) }
    }
    return points
  }

  private func point(_ count: Int, _ random: RandomStream) -> Point {
    let patterns = RandomPatterns.signs(count, dimension: dimension, random.child(0))
    let shown = patterns.gathered(RandomPatterns.spaced(cueCount, of: count), axis: 0)
    let cues = RandomPatterns.flipped(shown, flips: flips, random.child(1))
    let found: Retrieval<Float>
    if kind.isBinary {
      found = kind.binary(patterns, random.child(2)).retrieve(cues, options: .updates(50))
    } else {
      let scale = 1 / Float(dimension).squareRoot()
      var options = RetrievalOptions.updates(30)
      options.tolerance = 1e-4
      found = kind.continuous(patterns * scale, beta: beta, featureCount: featureCount, random.child(2))
        .retrieve(cues * scale, options: options)
    }
    let (states, wanted) = (found.states.elements, shown.elements)
    let wrong = (0..<shown.shape[0]).map { row in
      (row * dimension..<(row + 1) * dimension).count { (states[$0] > 0) != (wanted[$0] > 0) }
    }
    return Point(
      patternCount: count, error: Double(wrong.reduce(0, +)) / Double(shown.count),
      recalled: Double(wrong.count { $0 == 0 }) / Double(wrong.count),
      meanSteps: Double(found.steps.reduce(0, +)) / Double(found.steps.count))
  }
}
