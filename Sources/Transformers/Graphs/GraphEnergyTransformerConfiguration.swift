import Foundations
import Tensors

/// The sizes, initial scales and descent of a ``GraphEnergyTransformer``.
public struct GraphEnergyTransformerConfiguration: Sendable, Equatable {
  /// F, the number of features of a node.
  public var featureCount: Int
  /// C, the number of classes.
  public var classCount: Int
  /// The block; every block has its own weights.
  public var block: EnergyTransformerConfiguration
  /// S, the number of blocks that tokens pass one after the other.
  public var blockCount = 4
  /// T steps of size alpha in each block.
  public var descent = DescentSettings(steps: 1, stepSize: 0.1)
  /// k, the number of Laplacian eigenvectors that make up a node's position; 0 for no positions.
  public var positionCount = 15
  /// sigma, the deviation of the Langevin noise of training; 0 for none.
  public var noiseDeviation = 0.02
  /// Whether each block weighs pairs by a ``LearnedAdjacency``.
  ///
  /// It depends on the order of nodes and takes memory proportional to nodes²: off unless asked for.
  public var learnsAdjacency = false
  /// The standard deviation of the initial class token.
  public var tokenDeviation = 0.02
  /// The standard deviation of the initial decoder.
  public var decoderDeviation = 0.02

  /// A model of nodes with `featureCount` features and graphs of `classCount` classes.
  public init(featureCount: Int, classCount: Int, block: EnergyTransformerConfiguration) {
    require(
      featureCount > 0 && classCount > 0,
      "\(featureCount) features and \(classCount) classes, expected 1 or more")
    self.featureCount = featureCount
    self.classCount = classCount
    self.block = block
  }

  /// The published settings for the TU sets: D 128, 12 heads of 64, 512 memories, 4 blocks of one step of 0.1.
  ///
  /// - Source: notebooks of the published code. Its initial scales are those of the image model here.
  public static func publishedTU(featureCount: Int, classCount: Int) -> GraphEnergyTransformerConfiguration {
    GraphEnergyTransformerConfiguration(
      featureCount: featureCount, classCount: classCount,
      block: EnergyTransformerConfiguration(dimension: 128, headCount: 12, keySize: 64, memoryCount: 512))
  }

  /// A model of a tenth of that size, which trains in minutes on two cores; its weights start at scales at which
  /// features, positions and steps change the tokens by similar amounts.
  public static func small(featureCount: Int, classCount: Int) -> GraphEnergyTransformerConfiguration {
    var block = EnergyTransformerConfiguration(dimension: 64, headCount: 4, keySize: 16, memoryCount: 128)
    block.attentionDeviation = 0.125
    block.memoryDeviation = 0.05
    var configuration = GraphEnergyTransformerConfiguration(
      featureCount: featureCount, classCount: classCount, block: block)
    configuration.descent = DescentSettings(steps: 1, stepSize: 0.5)
    configuration.tokenDeviation = 0.3
    return configuration
  }

  /// The number of parameters: encoder F D + D, positions k D, class token D, each block
  /// 2 H Y D + D M + D + 1, and 10 H more with a learned adjacency and H more with learned beta, read-out
  /// D + 1 + D C + C.
  public var parameterCount: Int {
    let dimension = block.dimension
    let ofBlock = block.parameterCountOfBlock(learnsAdjacency: learnsAdjacency)
    let ofInput = (featureCount + positionCount + 2) * dimension
    return ofInput + blockCount * ofBlock + dimension + 1 + (dimension + 1) * classCount
  }
}
