public import Dynamics
import Foundations
import Tensors

/// The sizes and choices of an Energy Transformer block.
public struct EnergyTransformerConfiguration: Sendable, Equatable {
  /// D, the size of a token.
  public var dimension: Int
  /// H, the number of attention heads.
  public var headCount: Int
  /// Y, the size of a head's queries and keys.
  public var keySize: Int
  /// M, the number of memories.
  public var memoryCount: Int
  /// Whether a token attends to itself; the published weights do.
  public var includesSelf = true
  /// Whether the inverse temperature of each head is learned; it starts at 1 / sqrt(key size).
  public var learnsBeta = false
  /// Whether heads have the full form g · J g, one matrix [dimension, dimension] each, in place of queries and keys; the key size
  /// is then without meaning (NRGPT, arXiv 2512.16762).
  public var usesBilinearAttention = false
  /// What is learned of the steps of the descent.
  public var learnedSteps = LearnedStepKind.constant
  /// The number of steps that have a factor of their own where ``learnedSteps`` is `.perStep`.
  public var learnedStepCount = 12
  /// The standard deviation of the initial query and key weights.
  public var attentionDeviation = 0.002
  /// The standard deviation of the initial memories.
  public var memoryDeviation = 0.02

  /// Sizes of a block, with the initial scales of the published code.
  public init(dimension: Int, headCount: Int, keySize: Int, memoryCount: Int) {
    for (name, size) in [
      ("dimension", dimension), ("headCount", headCount), ("keySize", keySize), ("memoryCount", memoryCount),
    ] {
      require(size > 0, "\(name) must be at least 1, not \(size)")
    }
    self.dimension = dimension
    self.headCount = headCount
    self.keySize = keySize
    self.memoryCount = memoryCount
  }

  /// Sizes of a block that learns from the first updates: its queries, keys and memories start with a deviation of 0.03,
  /// at which its steps move the tokens noticeably.
  ///
  /// For tokens of deviation near 1, with the optimisers of `GroupedOptimizer.energyTransformer(for:)`.
  public static func learning(
    dimension: Int, headCount: Int, keySize: Int, memoryCount: Int
  ) -> EnergyTransformerConfiguration {
    var configuration = EnergyTransformerConfiguration(
      dimension: dimension, headCount: headCount, keySize: keySize, memoryCount: memoryCount)
    configuration.attentionDeviation = 0.03
    configuration.memoryDeviation = 0.03
    return configuration
  }

  /// The configuration of the published ImageNet model.
  ///
  /// - Source: Hoover et al. 2023, image completion: D 768, 12 heads of 64, 3072 memories.
  public static let imageNet = EnergyTransformerConfiguration(
    dimension: 768, headCount: 12, keySize: 64, memoryCount: 3072)
}
