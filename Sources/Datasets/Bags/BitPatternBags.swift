import Foundations
public import Tensors

/// Bags of random bits, of which positive ones hold one of a few signal patterns.
///
/// Bag i has `instances` patterns of `size` bits, each bit 0 or 1 with equal chance, none of them a signal; a
/// positive bag has a signal at one index drawn at random. Half of the bags are positive, in random order.
///
/// - Source: the bit pattern example of the published Hopfield layers (Ramsauer et al. 2021).
public struct BitPatternBags: LabelledBags, Equatable {
  /// The bits of all bags, 0 or 1, [bags, instances, size].
  public let bits: [UInt8]
  /// Whether each bag is positive.
  public let isPositive: [Bool]
  /// The index of the signal in each positive bag; nil in the others.
  public let signalIndices: [Int?]
  /// The number of patterns of a bag.
  public let instanceCount: Int
  /// The number of bits of a pattern.
  public let size: Int

  /// Draws bags.
  ///
  /// - Parameters:
  ///   - bagCount: The number of bags.
  ///   - instanceCount: The number of patterns of each.
  ///   - size: The number of bits of a pattern, at most 16.
  ///   - signalCount: The number of different signals, fewer than there are patterns.
  ///   - stream: Its children draw signals and bags; it is not advanced.
  public init(
    bagCount: Int = 2_048, instanceCount: Int = 16, size: Int = 8, signalCount: Int = 8,
    random stream: RandomStream
  ) {
    require(
      bagCount > 0 && instanceCount > 0 && (1...16).contains(size) && signalCount > 0
        && signalCount < 1 << size,
      "\(bagCount) bags of \(instanceCount) patterns of \(size) bits with \(signalCount) signals")
    var forSignals = stream.child(0)
    let patterns = forSignals.permutation(of: 1 << size)
    let (signals, others) = (patterns[..<signalCount], patterns[signalCount...])
    var random = stream.child(1)
    let order = random.permutation(of: bagCount)
    let isPositive = order.map { $0 < bagCount / 2 }
    var bits: [UInt8] = []
    bits.reserveCapacity(bagCount * instanceCount * size)
    signalIndices = isPositive.map { isPositive in
      let signalIndex = isPositive ? random.integer(below: instanceCount) : nil
      for instance in 0..<instanceCount {
        let pattern =
          instance == signalIndex
          ? signals[random.integer(below: signalCount)]
          : others[signalCount + random.integer(below: others.count)]
        bits += (0..<size).map { UInt8(pattern >> $0 & 1) }
      }
      return signalIndex
    }
    (self.bits, self.isPositive, self.instanceCount, self.size) = (bits, isPositive, instanceCount, size)
  }

  /// The bags at `indices` as numbers -1 and 1, [bags, instances, size].
  public func batch<Scalar: TensorScalar>(_ indices: [Int]) -> Tensor<Scalar> {
    let width = instanceCount * size
    return Tensor(
      shape: [indices.count, instanceCount, size],
      elements: indices.flatMap { bag in bits[bag * width..<(bag + 1) * width].map { $0 == 1 ? 1 : -1 } })
  }

  /// The different patterns of some bags as numbers -1 and 1, [patterns, size], in the order in which they first occur.
  public func distinctPatterns<Scalar: TensorScalar>(of bags: [Int]) -> Tensor<Scalar> {
    let patterns = bags.flatMap { bag in
      (0..<instanceCount).map { instance in
        let start = (bag * instanceCount + instance) * size
        return Array(bits[start..<start + size])
      }
    }
    var seen: Set<[UInt8]> = []
    let distinct = patterns.filter { seen.insert($0).inserted }
    return Tensor(shape: [distinct.count, size], elements: distinct.joined().map { $0 == 1 ? 1 : -1 })
  }
}
