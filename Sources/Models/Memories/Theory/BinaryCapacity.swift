import Foundation
import Tensors

/// How many random patterns of 1 and -1 memories of binary states store, by theory, for d neurons.
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

  /// The pairs of a cue and a pattern that is not its own but as near, expected among random patterns whose cues have
  /// `count` wrong numbers each: where there is one, no memory recalls every pattern.
  public static func confusedPairs(patternCount: Int, wrong count: Int, of dimension: Int) -> Double {
    Double(patternCount) * Double(max(0, patternCount - 1)) * chanceWithin(count, of: dimension)
  }
}
