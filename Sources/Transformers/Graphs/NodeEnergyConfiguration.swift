import Layers

/// The sizes of an Energy Transformer on the nodes of a graph, without what reads it out, and how it descends.
public struct NodeEnergyConfiguration: Sendable, Equatable {
  /// F, the features of a node.
  public var featureCount: Int
  /// The Laplacian eigenvectors that say where a node stands.
  public var positionCount = 0
  /// D, the numbers of a token.
  public var dimension: Int
  /// H, the attention heads.
  public var headCount: Int
  /// Y, the numbers of a head's query or key.
  public var keySize: Int
  /// M, the stored patterns.
  public var memoryCount: Int
  /// The blocks that tokens pass one after the other, each with its own weights.
  public var blockCount = 1
  /// How each block descends: 1 to 3 steps are usual for nodes.
  public var descent = DescentSettings(steps: 2, stepSize: 0.5)
  /// sigma, the deviation of the noise sqrt(alpha) sigma that training adds to every number at every step.
  public var noise = 0.02
  /// The standard deviation of the first queries and keys; unless set 1 / sqrt D, of which the first scores are of
  /// order 1 and the first step mixes neighbours.
  public var attentionDeviation: Double
  /// The standard deviation of the first memories; unless set 1 / sqrt D.
  public var memoryDeviation: Double

  /// Sizes, all at least 1.
  public init(featureCount: Int, dimension: Int, headCount: Int, keySize: Int, memoryCount: Int) {
    requirePositive([
      "featureCount": featureCount, "dimension": dimension, "headCount": headCount, "keySize": keySize,
      "memoryCount": memoryCount,
    ])
    (self.featureCount, self.dimension) = (featureCount, dimension)
    (self.headCount, self.keySize, self.memoryCount) = (headCount, keySize, memoryCount)
    attentionDeviation = 1 / Double(dimension).squareRoot()
    memoryDeviation = attentionDeviation
  }

  /// The sizes and initial scales of a block.
  var block: EnergyTransformerConfiguration {
    var block = EnergyTransformerConfiguration(
      dimension: dimension, headCount: headCount, keySize: keySize, memoryCount: memoryCount)
    block.attentionDeviation = attentionDeviation
    block.memoryDeviation = memoryDeviation
    return block
  }

  /// The number of learned numbers: encoder (F + k + 1) D, each block 2 H Y D + D M + D + 1.
  public var parameterCount: Int {
    (featureCount + positionCount + 1) * dimension + blockCount * block.parameterCountOfBlock()
  }
}
