import Foundation
public import Tensors

/// The measured capacity of a kind of memory for random patterns of 1 and -1, beside the theoretical one: patterns are stored
/// until recall fails from cues in which a tenth of the signs are changed.
///
/// The settings follow from the dimension d of the patterns alone. Beta = d makes softmax the memory of e^(ξ·s); the squared
/// radius of the log-sum-ReLU balls is 1.2 times the squared distance from a cue to its pattern; kernels of random features have
/// beta 10, so narrow that noise fails them before other patterns do.
public struct MemoryCapacity: Sendable {
  /// The memory.
  public let kind: MemoryKind
  /// The dimension d of the patterns.
  public let dimension: Int
  /// The limit of the numbers stored, patterns times dimension.
  public let numberLimit: Int
  /// The theoretical number of patterns, for recall from a cue or of a stored pattern.
  public let expected: Double
  /// The errors against patterns stored.
  public let curve: CapacityCurve

  /// The share of wrong signs up to which recall counts as right.
  public static let tolerated = 0.01

  /// Measures a memory.
  ///
  /// - Parameters:
  ///   - kind: The kind of memory.
  ///   - dimension: The size of a pattern.
  ///   - numberLimit: The limit of the numbers stored, patterns times dimension.
  ///   - featureCount: The frequencies of a memory of random features.
  ///   - stream: As for ``CapacityMeasurement/curve(growth:numberLimit:failure:random:memory:)``.
  public init(
    of kind: MemoryKind, dimension: Int, numberLimit: Int, featureCount: Int = 8_192,
    random stream: RandomStream
  ) {
    let flips = Int((0.1 * Double(dimension)).rounded())
    let beta: Float =
      switch kind {
      case .logSumReLU: 2 / (1.2 * 4 * Float(flips) / Float(dimension))
      case .randomFeatures: 10
      default: Float(dimension)
      }
    expected = kind.expectedCapacity(
      dimension: dimension, wrongCount: flips, reach: Int(1.2 * Double(flips)), beta: beta,
      featureCount: featureCount)
    curve = CapacityMeasurement(of: kind, dimension: dimension, changedSigns: flips).curve(
      growth: kind.isNetwork ? pow(2, 0.25) : 2.0.squareRoot(), numberLimit: numberLimit, random: stream
    ) { kind.memory(of: $0, beta: beta, featureCount: featureCount, random: $1) }
    (self.kind, self.dimension, self.numberLimit) = (kind, dimension, numberLimit)
  }

  /// The largest number of patterns up to which errors stay within ``tolerated``.
  public var capacity: Int { curve.capacity(tolerating: Self.tolerated) }
  /// Whether the measurement ended there before recall failed.
  public var isOpen: Bool { curve.isOpen(tolerating: Self.tolerated) }
  /// The largest number of patterns that were stored.
  public var largestLoad: Int { curve.points.last?.patternCount ?? 1 }
}

extension MemoryKind {
  /// Whether it is a ``BinaryHopfieldNetwork``, whose size is that of its weights, whatever it stores.
  public var isNetwork: Bool { self == .hebb || self == .pseudoInverse }
}
