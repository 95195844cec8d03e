import Foundation
import Foundations
package import Tensors

/// A number that is tuned, and where its trials are drawn from.
package struct TunedNumber: Sendable {
  let range: ClosedRange<Double>
  let isLogarithmic: Bool

  /// A number as likely in every part of a range as in another of the same width; of the same ratio where it is
  /// logarithmic, which a range from above 0 can be.
  package init(_ range: ClosedRange<Double>, isLogarithmic: Bool = false) {
    require(
      !isLogarithmic || range.lowerBound > 0, "a logarithmic range from \(range.lowerBound), expected above 0"
    )
    self.range = range
    self.isLogarithmic = isLogarithmic
  }

  /// The number at a share of the way from the lower end, to two digits: nobody tunes a third.
  fileprivate func value(at share: Double) -> Double {
    let (low, high) = (range.lowerBound, range.upperBound)
    let value = isLogarithmic ? low * pow(high / low, share) : low + (high - low) * share
    return Double(String(format: "%.1e", value)) ?? value
  }
}

/// The settings that every method of a comparison tries.
package enum LatinHypercube {
  /// Trials that cover every number's range: it is cut into `count` parts, and each part is tried once, so that even four
  /// trials reach from one end of every range to the other.
  ///
  /// - Returns: [trials][numbers]; the same for the same stream.
  /// - Source: McKay, Beckman and Conover 1979.
  package static func trials(_ count: Int, of numbers: [TunedNumber], random: RandomStream) -> [[Double]] {
    let columns = numbers.enumerated().map { index, number in
      var stream = random.child(UInt64(index))
      return stream.permutation(of: count).map { part in
        number.value(at: (Double(part) + stream.uniform()) / Double(count))
      }
    }
    return (0..<count).map { trial in columns.map { $0[trial] } }
  }
}
