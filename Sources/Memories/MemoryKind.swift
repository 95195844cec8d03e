import Energies
import Foundation
public import Tensors

/// The memories of this library by name, for programs that compare them or let somebody choose.
public enum MemoryKind: String, CaseIterable, Sendable {
  /// ``BinaryHopfieldNetwork`` with Hebb's rule.
  case hebb
  /// ``BinaryHopfieldNetwork`` with the pseudo-inverse rule.
  case pseudoInverse = "pseudo_inverse"
  /// ``DenseAssociativeMemory`` with z³.
  case cubic
  /// ``DenseAssociativeMemory`` with z⁴.
  case quartic
  /// ``DenseAssociativeMemory`` with e^z.
  case exponential
  /// ``ModernHopfieldNetwork`` with softmax.
  case softmax
  /// ``ModernHopfieldNetwork`` with 1.5-entmax.
  case entmax
  /// ``ModernHopfieldNetwork`` with sparsemax.
  case sparsemax
  /// ``LogSumReLUMemory``.
  case logSumReLU = "log_sum_relu"
  /// ``RandomFeatureMemory``.
  case randomFeatures = "random_features"

  /// Its name in tables.
  public var label: String {
    switch self {
    case .hebb: "binary, Hebb"
    case .pseudoInverse: "binary, pseudo-inverse"
    case .cubic: "dense, n = 3"
    case .quartic: "dense, n = 4"
    case .exponential: "dense, exponential"
    case .softmax: "modern, softmax"
    case .entmax: "modern, 1.5-entmax"
    case .sparsemax: "modern, sparsemax"
    case .logSumReLU: "log-sum-ReLU"
    case .randomFeatures: "random features"
    }
  }

  /// Whether its states are 1 and -1.
  public var isBinary: Bool {
    switch self {
    case .hebb, .pseudoInverse, .cubic, .quartic, .exponential: true
    default: false
    }
  }

  /// A memory of this kind that stores patterns.
  ///
  /// - Parameters:
  ///   - patterns: [count, dimension], rows of 1 and -1 for binary kinds.
  ///   - beta: The inverse temperature; binary kinds have none.
  ///   - featureCount: The number of random frequencies of ``randomFeatures``.
  ///   - random: The stream that draws the order in which binary kinds update their neurons, and the frequencies.
  public func memory(
    of patterns: Tensor<Float>, beta: Float, featureCount: Int = 8_192, random: RandomStream
  ) -> any AssociativeMemory<Float> {
    let order = UpdateOrder.asynchronous(random: random)
    func dense(_ function: SeparationFunction) -> any AssociativeMemory<Float> {
      DenseAssociativeMemory(patterns: patterns, function: function, order: order)
    }
    func modern(_ weighting: MemoryWeighting) -> any AssociativeMemory<Float> {
      ModernHopfieldNetwork(patterns: patterns, beta: beta, weighting: weighting)
    }
    switch self {
    case .hebb: return BinaryHopfieldNetwork(patterns: patterns, rule: .hebb, order: order)
    case .pseudoInverse:
      return BinaryHopfieldNetwork(patterns: patterns, rule: .pseudoInverse, order: order)
    case .cubic: return dense(.power(degree: 3))
    case .quartic: return dense(.power(degree: 4))
    case .exponential: return dense(.exponential)
    case .softmax: return modern(.softmax)
    case .entmax: return modern(.entmax15)
    case .sparsemax: return modern(.sparsemax)
    case .logSumReLU: return LogSumReLUMemory(patterns: patterns, beta: beta)
    case .randomFeatures:
      var stream = random
      var memory = RandomFeatureMemory<Float>(
        dimension: patterns.shape[1], featureCount: featureCount, beta: beta, using: &stream)
      memory.store(patterns)
      return memory
    }
  }
}

extension MemoryKind {
  /// The number of random patterns of 1 and -1 that theory expects a memory to recall from cues with some wrong signs, up to
  /// a constant factor.
  ///
  /// - Parameters:
  ///   - dimension: d, the size of a pattern.
  ///   - wrongCount: The number of wrong signs of a cue.
  ///   - reach: The number of wrong signs up to which a cue lies in the ball of its pattern, for ``logSumReLU``.
  ///   - beta: The inverse temperature of ``randomFeatures``, for patterns of length 1.
  ///   - featureCount: F, the number of its frequencies: the noise of its estimate, sqrt(N / 2F), reaches the kernel of the cue's own
  ///     pattern, exp(-beta / 2 |cue - pattern|²).
  /// - Source: ``BinaryCapacity``; for modern memories and balls, the number of patterns of which one other is expected as
  ///   near to a cue as its own, or to be within reach of it.
  public func expectedCapacity(
    dimension: Int, wrongCount: Int, reach: Int, beta: Float, featureCount: Int
  ) -> Double {
    switch self {
    case .hebb: return BinaryCapacity.hebbWithErrors(dimension: dimension)
    case .pseudoInverse: return Double(dimension)
    case .cubic: return BinaryCapacity.power(degree: 3, dimension: dimension)
    case .quartic: return BinaryCapacity.power(degree: 4, dimension: dimension)
    case .exponential:
      return BinaryCapacity.exponential(
        dimension: dimension, corruptedShare: Double(wrongCount) / Double(dimension))
    case .softmax, .entmax, .sparsemax:
      return 1 / BinaryCapacity.chanceWithin(wrongCount, of: dimension)
    case .logSumReLU: return 1 / BinaryCapacity.chanceWithin(reach, of: dimension)
    case .randomFeatures:
      let squaredDistance = Double(4 * wrongCount) / Double(dimension)
      return 2 * Double(featureCount) * exp(-Double(beta) * squaredDistance)
    }
  }

  /// The formula of the expected capacity, or in words what limits it.
  public var expectedCapacityWords: String {
    switch self {
    case .hebb: "0.138 d"
    case .pseudoInverse: "d"
    case .cubic: "d² / (6 ln d)"
    case .quartic: "d³ / (30 ln d)"
    case .exponential: "exp(α d) + 1 for a tenth of wrong numbers"
    case .softmax, .entmax, .sparsemax: "one other pattern expected as near to a cue as its own"
    case .logSumReLU: "one other ball expected around a cue"
    case .randomFeatures: "noise of the estimate as large as the kernel of the cue's own pattern"
    }
  }
}
