import Foundations

extension RandomStream {
  /// Writes the next `count` draws of ``normal()``, each times a deviation: the same bits as so many calls, and the
  /// stream goes on as after them.
  ///
  /// In single precision ``SingleNormals`` makes them, a few times as fast.
  @_specialize(where Scalar == Float)
  package mutating func fillNormal<Scalar: TensorScalar>(
    _ out: UnsafeMutablePointer<Scalar>, count: Int, standardDeviation: Double
  ) {
    // A stream in the middle of a block has the two halves of a number in two blocks.
    if Scalar.self == Float.self, drawCount & 1 == 0 {
      let singles = UnsafeMutableRawPointer(out).assumingMemoryBound(to: Float.self)
      SingleNormals(standardDeviation: standardDeviation).write(&self, to: singles, count: count)
      return
    }
    for index in 0..<count { out[index] = Scalar(normal() * standardDeviation) }
  }
}

/// Normal numbers rounded to single precision, many at a time, with the bits that ``RandomStream/normal()`` gives.
///
/// Logarithm and cosine come from series in plain arithmetic, which compiles to vector instructions. Series and library
/// both come within `margin` of the true number, so where both ends of that margin round to the same single, it is
/// also the library's. Where they do not, about once in 100,000 numbers, the library is asked.
package struct SingleNormals {
  private static let chunk = 64

  private let standardDeviation: Double
  private let margin: Double

  /// - Parameter margin: The largest error of a number before rounding, relative to the radius of Box and Muller;
  ///   those of series and library are below 1e-14.
  package init(standardDeviation: Double, margin: Double = 1e-13) {
    (self.standardDeviation, self.margin) = (standardDeviation, margin)
  }

  /// Writes `count` numbers of a stream that is at an even draw.
  package func write(_ random: inout RandomStream, to out: UnsafeMutablePointer<Float>, count: Int) {
    require(
      random.drawCount & 1 == 0, "numbers of a stream at draw \(random.drawCount), expected an even one")
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * Self.chunk) { uniform in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.chunk) { upper in
        guard let first = uniform.baseAddress, let upper = upper.baseAddress else { return }
        let second = first + Self.chunk
        for start in stride(from: 0, to: count, by: Self.chunk) {
          let size = min(Self.chunk, count - start)
          draw(random, first, second, size)
          let isCertain = evaluate(first, second, out + start, upper, size)
          if !isCertain { settle(random, out + start, upper, size) }
          random.drawCount &+= 2 * UInt64(size)
        }
      }
    }
  }

  /// 1 - u and v of the next numbers.
  private func draw(
    _ random: RandomStream, _ first: UnsafeMutablePointer<Double>, _ second: UnsafeMutablePointer<Double>,
    _ count: Int
  ) {
    let block = random.drawCount &>> 1
    for index in 0..<count {
      let halves = Philox4x32.halves(low: block &+ UInt64(index), high: random.lane, key: random.key)
      first[index] = 1 - Self.uniform(halves.low)
      second[index] = Self.uniform(halves.high)
    }
  }

  /// The lower ends of the margins, rounded; false where an upper end rounds to another number.
  private func evaluate(
    _ first: UnsafePointer<Double>, _ second: UnsafePointer<Double>, _ lower: UnsafeMutablePointer<Float>,
    _ upper: UnsafeMutablePointer<Float>, _ count: Int
  ) -> Bool {
    // What is added in the end tells 0 from -0.
    let (scale, width) = (standardDeviation, margin * abs(standardDeviation))
    var difference: UInt32 = 0
    for index in 0..<count {
      let radius = (-2 * Self.logarithm(first[index])).squareRoot()
      let value = radius * Self.cosine(turns: second[index]) * scale
      let error = radius * width + 1e-300
      let ends = (Float(value - error), Float(value + error))
      (lower[index], upper[index]) = ends
      difference |= ends.0.bitPattern ^ ends.1.bitPattern
    }
    return difference == 0
  }

  private func settle(
    _ random: RandomStream, _ lower: UnsafeMutablePointer<Float>, _ upper: UnsafePointer<Float>, _ count: Int
  ) {
    for index in 0..<count where lower[index].bitPattern != upper[index].bitPattern {
      var exact = random
      exact.drawCount &+= 2 * UInt64(index)
      lower[index] = Float(exact.normal() * standardDeviation)
    }
  }

  /// ``RandomStream/uniform()`` of a draw: the upper 53 bits, as two numbers whose sum is exact.
  @inline(__always)
  private static func uniform(_ draw: UInt64) -> Double {
    let high = Double(bitPattern: draw &>> 43 | 0x4530_0000_0000_0000)
    let low = Double(bitPattern: draw &>> 11 & 0xFFFF_FFFF | 0x4330_0000_0000_0000)
    return ((high - 0x1.00000001p84) + low) * 0x1p-53
  }

  /// log w of a positive normal number: w = 2^n f with f from sqrt 1/2 to sqrt 2, and
  /// log f = 2 (s + s^3 / 3 + …) for s = (f - 1) / (f + 1).
  @inline(__always)
  package static func logarithm(_ w: Double) -> Double {
    let bits = w.bitPattern
    // The exponent of w sqrt 2, and w with that many powers of 2 taken out.
    let exponent = (bits &+ (1.0.bitPattern &- 0.5.squareRoot().bitPattern)) &>> 52
    let fraction = Double(bitPattern: bits &- (exponent &- 1023) &<< 52)
    let power = Double(bitPattern: exponent | 0x4330_0000_0000_0000) - (0x1p52 + 1023)
    let s = (fraction - 1) / (fraction + 1)
    let z = s * s
    var sum = 1.0 / 17
    sum = sum * z + 1.0 / 15
    sum = sum * z + 1.0 / 13
    sum = sum * z + 1.0 / 11
    sum = sum * z + 1.0 / 9
    sum = sum * z + 1.0 / 7
    sum = sum * z + 1.0 / 5
    sum = sum * z + 1.0 / 3
    sum = sum * z + 1
    return power * 0.693_147_180_559_945_309_417 + 2 * s * sum
  }

  /// cos 2 pi v of v in [0, 1], which is sin 2 pi (|v - 1/2| - 1/4): the series of a sine up to a quarter of a turn.
  @inline(__always)
  package static func cosine(turns v: Double) -> Double {
    let y = (abs(v - 0.5) - 0.25) * (2 * Double.pi)
    let z = y * y
    var sum = -1.0 / 121_645_100_408_832_000
    sum = sum * z + 1.0 / 355_687_428_096_000
    sum = sum * z - 1.0 / 1_307_674_368_000
    sum = sum * z + 1.0 / 6_227_020_800
    sum = sum * z - 1.0 / 39_916_800
    sum = sum * z + 1.0 / 362_880
    sum = sum * z - 1.0 / 5_040
    sum = sum * z + 1.0 / 120
    sum = sum * z - 1.0 / 6
    sum = sum * z + 1
    return y * sum
  }
}
