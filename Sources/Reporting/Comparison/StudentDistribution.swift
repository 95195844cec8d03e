import Foundation
import Foundations

/// Student's t distribution for a whole number of degrees of freedom, in its finite series (Abramowitz and Stegun 1964,
/// 26.7.3 and 26.7.4).
package enum StudentDistribution {
  /// The probability that |t| stays below `value`, for value >= 0.
  package static func centralProbability(_ value: Double, degreesOfFreedom: Int) -> Double {
    require(degreesOfFreedom >= 1, "\(degreesOfFreedom) degrees of freedom, expected at least 1")
    require(value >= 0, "the central probability of \(value), expected a number from 0 up")
    let freedom = Double(degreesOfFreedom)
    let angle = atan(value / freedom.squareRoot())
    let cosine = cos(angle)
    let isOdd = !degreesOfFreedom.isMultiple(of: 2)
    // 1 + (k / (k + 1)) cos² + …, the first k being 1 for an even number of degrees and 2 for an odd one.
    var term = isOdd ? cosine : 1
    var sum = degreesOfFreedom == 1 ? 0 : term
    var factor = isOdd ? 2.0 : 1.0
    while factor <= freedom - 3 {
      term *= cosine * cosine * factor / (factor + 1)
      sum += term
      factor += 2
    }
    return isOdd ? 2 / Double.pi * (angle + sin(angle) * sum) : sin(angle) * sum
  }

  /// The number that |t| stays below with this probability, 0 < probability < 1; about 12 digits.
  package static func centralQuantile(_ probability: Double, degreesOfFreedom: Int) -> Double {
    require(
      probability > 0 && probability < 1, "the quantile of probability \(probability), expected 0 < p < 1")
    var low = 0.0
    var high = 1.0
    while centralProbability(high, degreesOfFreedom: degreesOfFreedom) < probability {
      (low, high) = (high, 2 * high)
    }
    while high - low > 1e-12 * high {
      let middle = (low + high) / 2
      if middle == low || middle == high { break }
      if centralProbability(middle, degreesOfFreedom: degreesOfFreedom) < probability {
        low = middle
      } else {
        high = middle
      }
    }
    return (low + high) / 2
  }
}
