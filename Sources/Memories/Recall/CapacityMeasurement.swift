import Foundations
public import Tensors

/// A measurement of how many random patterns of 1 and -1 a memory stores: it is filled more and more, and shown stored
/// patterns with some of their signs changed.
///
/// A number is recalled where its sign is right when retrieval ends. Patterns, cues and the memory's own numbers follow
/// from the stream and the load alone.
///
/// ```swift
/// let measurement = CapacityMeasurement(dimension: 64, changedSigns: 6)
/// let curve = measurement.curve(growth: 1.4, numberLimit: 1 << 16, random: RandomStream(seed: 1)) { patterns, _ in
///   DenseAssociativeMemory(patterns: patterns, function: .power(degree: 3), order: .synchronous)
/// }
/// print(curve.capacity(tolerating: 0.01))
/// ```
public struct CapacityMeasurement: Sendable {
  /// A memory of patterns, [count, dimension], with a stream for what it draws.
  public typealias MemoryOfPatterns = (
    _ patterns: Tensor<Float>, _ random: RandomStream
  ) -> any AssociativeMemory<Float>

  /// The size of a pattern.
  public var dimension: Int
  /// The number of signs of a cue that are changed.
  public var changedSigns: Int
  /// The largest number of cues of a load: stored patterns, evenly spaced.
  public var cueCount = 64
  /// The factor of patterns and cues; 1 / sqrt(dimension) makes their length 1.
  public var scale: Float = 1
  /// The options of each retrieval.
  public var options = RetrievalOptions.updates(50)

  /// A measurement of patterns of `dimension` numbers and cues with `changedSigns` of their signs changed.
  public init(dimension: Int, changedSigns: Int) {
    (self.dimension, self.changedSigns) = (dimension, changedSigns)
  }

  /// A measurement of a memory of a kind: patterns and cues of length 1 for memories of numbers, and 16 cues for dense
  /// memories, whose sweeps over the neurons cost most.
  public init(of kind: MemoryKind, dimension: Int, changedSigns: Int) {
    self.init(dimension: dimension, changedSigns: changedSigns)
    if !kind.isBinary {
      scale = 1 / Float(dimension).squareRoot()
      options = .updates(30)
      options.tolerance = 1e-4
    } else if kind != .hebb && kind != .pseudoInverse {
      cueCount = 16
    }
  }

  /// The errors of a memory of `count` patterns.
  public func point(
    of count: Int, random stream: RandomStream, memory: MemoryOfPatterns
  ) -> CapacityCurve.Point {
    let patterns = RandomPatterns.signs(count, dimension: dimension, random: stream.child(0))
    let shown = patterns.gathered((0..<count).evenlySpaced(cueCount), axis: 0)
    let cues = RandomPatterns.flipping(changedSigns, signsOf: shown, random: stream.child(1))
    let found = memory(patterns * scale, stream.child(2)).retrieve(cues * scale, options: options)
    let errors = RecallErrors(of: found.states, from: shown)
    return .init(
      patternCount: count, error: errors.wrongSignShare, recalled: errors.faultlessShare,
      meanSteps: found.meanSteps)
  }

  /// The errors at growing loads, starting with 4 patterns.
  ///
  /// - Parameters:
  ///   - growth: The factor from one load to the next, above 1; a load is at least one pattern larger than the last.
  ///   - numberLimit: The largest count of numbers, patterns times dimension, that is stored.
  ///   - failure: The share of wrong numbers beyond which the memory is filled no further.
  ///   - stream: Load n draws from its child n.
  ///   - memory: Makes the memory of a load.
  public func curve(
    growth: Double, numberLimit: Int, failure: Double = 0.2, random stream: RandomStream,
    memory: MemoryOfPatterns
  ) -> CapacityCurve {
    require(growth > 1, "loads that grow by a factor of \(growth), expected above 1")
    var points: [CapacityCurve.Point] = []
    var load = 4.0
    while true {
      let count = Int(load.rounded())
      if count * dimension > numberLimit { break }
      let found = point(of: count, random: stream.child(UInt64(count)), memory: memory)
      points.append(found)
      if found.error > failure { break }
      load *= growth
      if load.rounded() == Double(count) { load = Double(count + 1) }
    }
    return CapacityCurve(points: points)
  }
}

/// Errors of a memory against the number of patterns that it stores.
public struct CapacityCurve: Sendable, Equatable {
  /// The errors at one load.
  public struct Point: Sendable, Equatable {
    /// The number of stored patterns.
    public let patternCount: Int
    /// The share of all cues' numbers that are wrong after retrieval.
    public let error: Double
    /// The share of cues without a wrong number.
    public let recalled: Double
    /// The mean number of updates of a retrieval.
    public let meanSteps: Double

    /// A point from its numbers.
    public init(patternCount: Int, error: Double, recalled: Double, meanSteps: Double) {
      (self.patternCount, self.error, self.recalled) = (patternCount, error, recalled)
      self.meanSteps = meanSteps
    }
  }

  /// The points by rising load.
  public let points: [Point]

  /// A curve of points by rising load.
  public init(points: [Point]) { self.points = points }

  /// The largest load up to which no error is above `tolerated`; 0 where the first one is.
  public func capacity(tolerating tolerated: Double) -> Int {
    points.prefix { $0.error <= tolerated }.last?.patternCount ?? 0
  }

  /// Whether no error is above `tolerated`: the measurement ended before the memory failed.
  public func isOpen(tolerating tolerated: Double) -> Bool { points.allSatisfy { $0.error <= tolerated } }
}

extension Range where Bound == Int {
  /// `count` of the numbers, evenly spaced from the first one on; all of them where there are no more.
  public func evenlySpaced(_ count: Int) -> [Int] {
    let taken = Swift.min(count, self.count)
    return (0..<taken).map { lowerBound + $0 * self.count / taken }
  }
}
