import Layers

/// The sizes and the descent of an Energy Transformer on the nodes of a graph, without its read-out.
public struct NodeEnergyConfiguration: Sendable, Equatable {
  /// F, the number of features of a node.
  public var featureCount: Int
  /// k, the number of Laplacian eigenvectors that make up a node's position.
  public var positionCount = 0
  /// D, the size of a token.
  public var dimension: Int
  /// H, the number of attention heads.
  public var headCount: Int
  /// Y, the size of a head's queries and keys.
  public var keySize: Int
  /// M, the number of memories.
  public var memoryCount: Int
  /// The number of blocks that tokens pass one after the other, each with its own weights.
  public var blockCount = 1
  /// The descent of each block: 1 to 3 steps are usual for nodes.
  public var descent = DescentSettings(steps: 2, stepSize: 0.5)
  /// sigma: in training every step adds noise of deviation sqrt(alpha) sigma to every number; 0 for none.
  public var noiseDeviation = 0.02
  /// The standard deviation of the initial query and key weights; 1 / sqrt D unless set, with which the first scores are
  /// of order 1 and the first step mixes neighbours.
  public var attentionDeviation: Double
  /// The standard deviation of the initial memories; 1 / sqrt D unless set.
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

  /// The number of parameters: encoder (F + k + 1) D, each block 2 H Y D + D M + D + 1.
  public var parameterCount: Int {
    (featureCount + positionCount + 1) * dimension + blockCount * block.parameterCountOfBlock()
  }
}
