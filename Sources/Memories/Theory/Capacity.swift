import Foundation
import Foundations
import Tensors

/// The number of random patterns on a sphere of radius K sqrt(d - 1) that the modern Hopfield network is proved to store.
///
///     a = 2 / (d - 1) (1 + ln(2 beta K² p (d - 1)))    b = 2 K² beta / 5    c = b / W0(exp(a + ln b))
///
/// With probability 1 - p, sqrt(p) c^((d - 1) / 4) patterns are stored if c >= (2 / sqrt p)^(4 / (d - 1)).
/// The theorem is about growth with d: its number is far below what is recalled.
///
/// - Source: Ramsauer et al. 2020, theorem 3; W0 is the upper branch of Lambert's function.
public struct SphereCapacity: Sendable {
  /// c.
  public let base: Double
  /// The smallest base for which the theorem holds.
  public let smallestBase: Double
  /// The number of patterns; meaningful where ``holds``.
  public let patternCount: Double

  /// Whether the theorem applies.
  public var holds: Bool { base >= smallestBase }

  /// The theorem for an inverse temperature, K, d and the probability p of failure.
  public init(beta: Double, radius: Double, dimension: Int, failureProbability: Double) {
    require(
      beta > 0 && radius > 0 && dimension > 1 && failureProbability > 0 && failureProbability < 1,
      "beta \(beta), K \(radius), d \(dimension), p \(failureProbability): expected beta and K above 0,"
        + " d above 1 and p between 0 and 1")
    let free = Double(dimension - 1)
    let a = 2 / free * (1 + log(2 * beta * radius * radius * failureProbability * free))
    let b = 2 * radius * radius * beta / 5
    base = b / Self.lambert(ofExponential: a + log(b))
    smallestBase = pow(2 / failureProbability.squareRoot(), 4 / free)
    patternCount = failureProbability.squareRoot() * pow(base, free / 4)
  }

  /// W0(e^y): the w > 0 with w + ln w = y, by Newton's method, which converges from below for every y.
  static func lambert(ofExponential y: Double) -> Double {
    // w = e^y is a good start for small w, w = y for large.
    var w = y < 1 ? exp(y) / (1 + exp(y)) : max(1, y - log(y))
    for _ in 0..<100 {
      let next = w * (1 + y - log(w)) / (1 + w)
      if abs(next - w) <= 1e-15 * w { return next }
      w = next
    }
    return w
  }
}

/// The number of random patterns of 1 and -1 that memories of d binary neurons store, by theory.
public enum BinaryCapacity {
  /// Hebb's rule with a few wrong neurons: 0.138 d.
  ///
  /// - Source: Amit, Gutfreund and Sompolinsky 1985.
  public static func hebbWithErrors(dimension: Int) -> Double { 0.138 * Double(dimension) }

  /// Hebb's rule without a wrong neuron in most patterns: d / (2 ln d).
  ///
  /// - Source: McEliece et al. 1987.
  public static func hebb(dimension: Int) -> Double { power(degree: 2, dimension: dimension) }

  /// F = z^n without a wrong neuron in most patterns: d^(n - 1) / (2 (2n - 3)!! ln d).
  ///
  /// - Source: Krotov and Hopfield 2016.
  public static func power(degree: Int, dimension: Int) -> Double {
    require(
      degree >= 2 && dimension >= 2, "degree \(degree), \(dimension) neurons: expected at least 2 of both")
    let odd = stride(from: 2 * degree - 3, to: 1, by: -2).reduce(1) { $0 * Double($1) }
    return pow(Double(dimension), Double(degree - 1)) / (2 * odd * log(Double(dimension)))
  }

  /// F = e^z with a share rho < ½ of wrong neurons in the query: exp(alpha d) + 1 for each alpha below I(1 -
  /// 2 rho) / 2, I(a) = ½ ((1 + a) ln(1 + a) + (1 - a) ln(1 - a)); 2^(d/2) for rho = 0.
  ///
  /// - Source: Demircigil et al. 2017.
  public static func exponential(dimension: Int, corruptedShare: Double = 0) -> Double {
    require(
      corruptedShare >= 0 && corruptedShare < 0.5,
      "a share of wrong neurons from 0 to below 0.5, not \(corruptedShare)")
    let a = 1 - 2 * corruptedShare
    let rest = a == 1 ? 0 : (1 - a) * log(1 - a)
    return exp(((1 + a) * log(1 + a) + rest) / 4 * Double(dimension)) + 1
  }

  /// The chance that a random pattern differs from a state in at most `count` of d numbers: the sum of
  /// binomials over 2^d. One over it is the number of patterns of which one is expected to be so near.
  public static func chanceWithin(_ count: Int, of dimension: Int) -> Double {
    require(
      count >= 0 && dimension > 0, "\(count) of \(dimension) numbers: expected at least 0 of at least 1")
    // Logarithms: 2^d is beyond floating point for many numbers.
    var logBinomial = -Double(dimension) * log(2)
    var sum = exp(logBinomial)
    for differing in 1...max(1, min(count, dimension)) where count > 0 {
      logBinomial += log(Double(dimension - differing + 1) / Double(differing))
      sum += exp(logBinomial)
    }
    return min(1, sum)
  }

  /// The expected number of pairs of a cue and a pattern that is not its own but as near, among random patterns whose cues have
  /// `count` wrong numbers each: where there is one, no memory recalls every pattern.
  public static func confusedPairs(patternCount: Int, wrong count: Int, of dimension: Int) -> Double {
    Double(patternCount) * Double(max(0, patternCount - 1)) * chanceWithin(count, of: dimension)
  }
}
