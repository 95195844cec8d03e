import Foundation
public import Tensors

/// A row of whole numbers times a power of two, whose layer norm is known from sums of integers: no rounding but that of
/// the last division, and no square of the numbers themselves.
public struct ExactNorm: Sendable, CustomStringConvertible {
  public let name: String
  public let numbers: [Int]
  /// Every number is times 2 to this power.
  public let exponent: Int

  public var description: String { "\(name), \(numbers.count) numbers times 2^\(exponent)" }

  public init(name: String, numbers: [Int], exponent: Int) {
    (self.name, self.numbers, self.exponent) = (name, numbers, exponent)
  }

  /// The numbers, which are exact in `Scalar` where they fit.
  public func row<Scalar: TensorScalar>(as type: Scalar.Type = Scalar.self) -> [Scalar] {
    numbers.map { Scalar(sign: .plus, exponent: Scalar.Exponent(exponent), significand: Scalar($0)) }
  }

  private var count: Double { Double(numbers.count) }

  /// n b - sum b, n times the centred whole numbers.
  private var centered: [Int] {
    let sum = numbers.reduce(0, +)
    return numbers.map { $0 * numbers.count - sum }
  }

  /// The deviation and the root of epsilon, both over 2^exponent / n.
  private func parts(_ epsilon: Double) -> (deviation: Double, root: Double) {
    let squares = centered.reduce(0.0) { $0 + Double($1) * Double($1) }
    return ((squares / count).squareRoot(), scalbn(count * epsilon.squareRoot(), -exponent))
  }

  /// (x - mean) / sqrt(variance + epsilon).
  public func normalized(epsilon: Double) -> [Double] {
    let (deviation, root) = parts(epsilon)
    if root == .infinity {
      return centered.map { scalbn(Double($0) / (count * epsilon.squareRoot()), exponent) }
    }
    let divisor = hypot(deviation, root)
    return centered.map { divisor == 0 ? 0 : Double($0) / divisor }
  }

  /// sqrt(variance + epsilon), times 2 to a power that keeps it in range.
  public func deviation(epsilon: Double, scaledBy power: Int = 0) -> Double {
    scalbn(hypot(scalbn(parts(epsilon).deviation / count, exponent), epsilon.squareRoot()), power)
  }

  /// What the pullback gives for a cotangent: (d - mean d - z mean(z d)) / deviation.
  public func pullback(_ cotangent: [Double], epsilon: Double) -> [Double] {
    let z = normalized(epsilon: epsilon)
    let mean = cotangent.reduce(0, +) / count
    let slope = zip(z, cotangent).reduce(0) { $0 + $1.0 * $1.1 } / count
    return zip(z, cotangent).map { z, d in (d - mean - z * slope) / deviation(epsilon: epsilon) }
  }

  /// Rows of one length from the smallest subnormal to the largest number: rising, of two signs, of numbers close to each
  /// other, of equal numbers, and up to the largest number itself.
  public static func rows<Scalar: TensorScalar>(count: Int, as type: Scalar.Type) -> [ExactNorm] {
    let largest = Scalar.greatestFiniteMagnitude
    let least = Scalar.leastNonzeroMagnitude
    let patterns: [(String, [Int])] = [
      ("rising", (0..<count).map { $0 + 1 }),
      ("two signs", (0..<count).map { ($0 % 2 == 0 ? 1 : -1) * (5 + $0 % 3) }),
      ("close", (0..<count).map { (1 << 19) + $0 % 3 }),
      ("equal", Array(repeating: 12_345_679, count: count)),
      ("largest", (0..<count).map { ($0 % 2 == 0 ? 1 : -1) * ((1 << 24) - 1) }),
    ]
    return patterns.flatMap { name, numbers in
      let size = numbers.map { abs($0) }.max() ?? 1
      let bits = Int.bitWidth - size.leadingZeroBitCount
      let (low, high) = (Int(least.exponent), Int(largest.exponent) + 1 - bits)
      let span = high - low
      return (0...6).map { ExactNorm(name: name, numbers: numbers, exponent: low + span * $0 / 6) }
    }
  }
}
