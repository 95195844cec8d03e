import Foundation
import Foundations

/// A seeded stream of random numbers that can be split into independent child streams.
///
/// Draw number `n` is a pure function of the stream's identity and `n`: the counter of
/// Philox4x32-10 is (block index, stream), its key is the seed. Two draws come out of each block.
///
/// A child depends on the identity of its parent and on its index alone, never on how much was
/// drawn, so work split over any number of threads gets the same bits:
///
/// ```swift
/// let stream = RandomStream(seed: 7)
/// var weights = stream.child(0)
/// var noise = stream.child(1)
/// ```
///
/// Integers and `uniform()` are the same bits on every platform. `normal()` calls the platform's
/// `log`, `sin` and `cos`, which may differ in the last bit between platforms.
///
/// - Source: Salmon et al., SC 2011. Not for cryptography.
public struct RandomStream: RandomNumberGenerator, Sendable {
  // The top bit of the counter's upper half separates the two uses of a key:
  // clear for draws, set for deriving children. `lane` therefore has 63 bits.
  private static let childBit: UInt64 = 1 << 63

  private(set) var key: UInt64
  private(set) var lane: UInt64
  var drawCount: UInt64
  // Second half of the block last computed; only read when `drawCount` is odd.
  private var secondHalf: UInt64 = 0

  /// A stream at its first draw; every seed is a different stream, and seeds need not look random.
  public init(seed: UInt64) {
    self.init(key: seed, lane: 0)
  }

  private init(key: UInt64, lane: UInt64) {
    self.key = key
    self.lane = lane
    drawCount = 0
  }

  /// 64 uniform random bits.
  @inline(__always)
  public mutating func next() -> UInt64 {
    defer { drawCount &+= 1 }
    if drawCount & 1 == 1 { return secondHalf }
    let halves = Philox4x32.halves(low: drawCount &>> 1, high: lane, key: key)
    secondHalf = halves.high
    return halves.low
  }

  /// The independent stream number `index` below this one.
  ///
  /// Does not advance this stream and does not depend on how far it has advanced. Children of
  /// children are independent too: a stream is identified by 127 bits.
  public func child(_ index: UInt64) -> RandomStream {
    let identity = Philox4x32.halves(low: index, high: lane | Self.childBit, key: key)
    return RandomStream(key: identity.low, lane: identity.high & ~Self.childBit)
  }
}

// MARK: - Distributions

extension RandomStream {
  /// A number from the uniform distribution on [0, 1), a multiple of 2⁻⁵³; one draw.
  @inline(__always)
  public mutating func uniform() -> Double {
    Double(next() &>> 11) * 0x1p-53
  }

  /// A number from the normal distribution with mean 0 and variance 1; two draws.
  ///
  /// Box and Muller: √(−2 ln u) cos(2πv) with u in (0, 1], v in [0, 1). The sine partner is not
  /// kept, so the state stays a plain draw count. Magnitude at most √(106 ln 2) ≈ 8.57.
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }

  /// An integer from the uniform distribution on 0, …, bound − 1, without bias.
  ///
  /// The upper half of draw · bound, drawing again where the lower half falls in the uneven
  /// remainder (Lemire, "Fast random integer generation in an interval", 2019).
  public mutating func integer(below bound: Int) -> Int {
    require(bound > 0, "integer(below:) needs a positive bound, got \(bound)")
    let width = UInt64(bound)
    var product = next().multipliedFullWidth(by: width)
    if product.low < width {
      let remainder = (0 &- width) % width
      while product.low < remainder { product = next().multipliedFullWidth(by: width) }
    }
    return Int(product.high)
  }

  /// The numbers 0, …, count − 1 in an order drawn uniformly from all orders (Fisher–Yates).
  ///
  /// Unlike `shuffled(using:)`, the order does not depend on the version of the standard library.
  public mutating func permutation(of count: Int) -> [Int] {
    require(count >= 0, "permutation(of:) needs a count of at least 0, got \(count)")
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, integer(below: last + 1))
    }
    return order
  }
}

// MARK: - State

extension RandomStream: Equatable {
  /// True when both streams will give the same numbers from here on.
  public static func == (left: RandomStream, right: RandomStream) -> Bool {
    left.state == right.state
  }

  /// Everything a stream is, to be stored in a checkpoint: key, lane and number of draws so far.
  public var state: [UInt64] { [key, lane, drawCount] }

  /// The stream that had this ``state``.
  ///
  /// - Throws: ``InvalidState`` when the words are not the state of a stream.
  public init(state: [UInt64]) throws {
    guard state.count == 3 else {
      throw InvalidState(
        description: "random stream state: expected 3 words (key, lane, draws), found \(state.count)")
    }
    guard state[1] & Self.childBit == 0 else {
      throw InvalidState(
        description: "random stream state: expected a lane below 2^63, found \(state[1])")
    }
    self.init(key: state[0], lane: state[1])
    drawCount = state[2]
    if drawCount & 1 == 1 {
      secondHalf = Philox4x32.halves(low: drawCount &>> 1, high: lane, key: key).high
    }
  }

  /// Words that cannot be the state of a stream.
  public struct InvalidState: Error, CustomStringConvertible {
    /// One line: what was expected of the words, and what was found.
    public let description: String
  }
}
