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
}
