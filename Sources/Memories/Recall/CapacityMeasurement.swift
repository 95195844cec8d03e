import Foundations
public import Tensors

/// How many random patterns of 1 and -1 a memory stores: it is filled more and more, and shown stored patterns of which
/// some signs are changed.
///
/// A number is recalled where its sign is right when retrieval ends. Patterns, cues and the memory's own numbers follow
/// from the stream and the load alone.
///
/// ```swift
/// let measurement = CapacityMeasurement(dimension: 64, changedSigns: 6)
/// let curve = measurement.curve(growth: 1.4, mostNumbers: 1 << 16, using: RandomStream(seed: 1)) { patterns, _ in
///   DenseAssociativeMemory(patterns: patterns, function: .power(degree: 3), order: .synchronous)
/// }
/// print(curve.capacity(tolerating: 0.01))
/// ```
public struct CapacityMeasurement: Sendable {
  /// A memory of patterns, [count, dimension], with a stream for what it draws.
  public typealias MemoryOfPatterns = (
    _ patterns: Tensor<Float>, _ random: RandomStream
  ) -> any AssociativeMemory<Float>

  /// The numbers of a pattern.
  public var dimension: Int
  /// The numbers of a cue whose sign is changed.
  public var changedSigns: Int
  /// The most cues of a load: stored patterns, evenly spaced.
  public var cueCount = 64
  /// What patterns and cues are multiplied with; 1 / sqrt(dimension) makes their length 1.
  public var scale: Float = 1
  /// How far a retrieval goes.
  public var options = RetrievalOptions.updates(50)

  /// A measurement of patterns of some numbers, of which cues have some with another sign.
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
    of count: Int, using stream: RandomStream, memory: MemoryOfPatterns
  ) -> CapacityCurve.Point {
    let patterns = RandomPatterns.signs(count, dimension: dimension, using: stream.child(0))
    let shown = patterns.gathered((0..<count).evenlySpaced(cueCount), axis: 0)
    let cues = RandomPatterns.flipping(changedSigns, signsOf: shown, using: stream.child(1))
    let found = memory(patterns * scale, stream.child(2)).retrieve(cues * scale, options: options)
    let errors = RecallErrors(of: found.states, from: shown)
    return .init(
      patternCount: count, error: errors.wrongSignShare, recalled: errors.faultlessShare,
      meanSteps: found.meanSteps)
  }

  /// The errors at growing loads, from 4 patterns on.
  ///
  /// - Parameters:
  ///   - growth: What a load is multiplied with for the next one, above 1; every load is a pattern larger at least.
  ///   - mostNumbers: The most numbers, patterns times dimension, that are stored.
  ///   - failure: The share of wrong numbers above which the memory is filled no further.
  ///   - stream: Load n draws from its child n.
  ///   - memory: Makes the memory of a load.
  public func curve(
    growth: Double, mostNumbers: Int, failure: Double = 0.2, using stream: RandomStream,
    memory: MemoryOfPatterns
  ) -> CapacityCurve {
    require(growth > 1, "loads that grow by a factor of \(growth), expected above 1")
    var points: [CapacityCurve.Point] = []
    var load = 4.0
    while true {
      let count = Int(load.rounded())
      if count * dimension > mostNumbers { break }
      let found = point(of: count, using: stream.child(UInt64(count)), memory: memory)
      points.append(found)
      if found.error > failure { break }
      load *= growth
      if load.rounded() == Double(count) { load = Double(count + 1) }
    }
    return CapacityCurve(points: points)
  }
}
