import Foundation
import Foundations
import Tensors

/// How many random patterns on a sphere of radius K sqrt(d - 1) the modern Hopfield network stores for
/// certain.
///
///     a = 2 / (d - 1) (1 + ln(2 beta K² p (d - 1)))    b = 2 K² beta / 5    c = b / W0(exp(a + ln b))
///
/// With probability 1 - p, sqrt(p) c^((d - 1) / 4) patterns are stored if c >= (2 / sqrt p)^(4 / (d - 1)).
/// The statement is about growth with d: it promises far fewer than are recalled.
///
/// - Source: Ramsauer et al. 2020, theorem 3; W0 is the upper branch of Lambert's function.
public struct SphereCapacity: Sendable {
  /// c.
  public let base: Double
  /// The base that the theorem needs at least.
  public let smallestBase: Double
  /// The patterns promised; meaningful where ``holds``.
  public let patternCount: Double

  /// Whether the theorem applies.
  public var holds: Bool { base >= smallestBase }

  /// The promise for an inverse temperature, K, d and the probability p of failure.
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
