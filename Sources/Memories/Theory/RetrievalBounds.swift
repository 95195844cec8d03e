import Foundation
import Foundations
import Tensors

/// Bounds that theory gives for one softmax update near a stored pattern.
///
/// - Source: Ramsauer et al. 2020, theorems 4 and 5, lemmas A4 to A7.
public struct RetrievalBounds: Sendable {
  /// The inverse temperature.
  public let beta: Double
  /// N.
  public let patternCount: Int
  /// M, the largest norm of a pattern.
  public let largestNorm: Double

  /// Bounds for N patterns of norm at most M.
  public init(beta: Double, patternCount: Int, largestNorm: Double) {
    require(
      beta > 0 && patternCount > 0 && largestNorm > 0,
      "beta \(beta), \(patternCount) patterns, largest norm \(largestNorm): expected positive numbers")
    self.beta = beta
    self.patternCount = patternCount
    self.largestNorm = largestNorm
  }

  private var others: Double { Double(patternCount - 1) }

  /// The radius of the sphere around a pattern that the update maps into itself: 1 / (beta N M).
  public var sphereRadius: Double { 1 / (beta * Double(patternCount) * largestNorm) }

  /// The separation from which a pattern is stored: its sphere has a single fixed point.
  ///
  /// 2 / (beta N) + 1/beta ln(2 (N - 1) N beta M²)
  public var separationOfStoredPatterns: Double {
    let count = Double(patternCount)
    if patternCount == 1 { return 0 }
    return 2 / (beta * count) + log(2 * others * count * beta * largestNorm * largestNorm) / beta
  }

  /// Theorem 5: |f(x) - x_i| <= 2 (N - 1) M exp(-beta (Delta_i - 2 M distance)), for a state and a fixed
  /// point no further than `distance` from the pattern.
  public func retrievalError(separation: Double, distance: Double) -> Double {
    2 * others * largestNorm * exp(-beta * (separation - 2 * largestNorm * distance))
  }

  /// Theorem 5 when that distance is at most 1 / (2 beta M): 2 e (N - 1) M exp(-beta Delta_i).
  public func fixedPointError(separation: Double) -> Double {
    2 * exp(1) * others * largestNorm * exp(-beta * separation)
  }

  /// Theorem 4: the factor by which an update at least shrinks the distance to the fixed point,
  /// 2 beta N M² (N - 1) exp(-beta (Delta_i - 2 M distance)).
  public func contraction(separation: Double, distance: Double) -> Double {
    beta * Double(patternCount) * largestNorm * retrievalError(separation: separation, distance: distance)
  }

  /// Lemma A4, for any state: where a score x·x_i leads all others by `lead`, the others' weights add up to
  /// at most (N - 1) exp(-beta lead).
  public func weightOfOthers(lead: Double) -> Double { others * exp(-beta * lead) }

  /// Lemma A4: |x_i - f(x)| <= 2 M (N - 1) exp(-beta lead).
  public func updateError(lead: Double) -> Double { 2 * largestNorm * weightOfOthers(lead: lead) }
}
