import Foundations

/// The sizes and choices of a text Energy Transformer.
public struct TextEnergyTransformerConfiguration: Sendable, Equatable {
  /// V, the number of different symbols.
  public var vocabularySize: Int
  /// N, the most symbols of a sequence.
  public var contextLength: Int
  /// The block; every block has its own weights.
  public var block: EnergyTransformerConfiguration
  /// The number of blocks that tokens pass one after the other.
  public var blockCount = 1
  /// Whether a symbol sees only itself and those before it, to predict the next; otherwise all see all, and masked ones are
  /// filled in.
  public var isCausal = true
  /// Whether logits are products with the embedding of each symbol, without a matrix of their own.
  public var tiesHead = false
  /// The share that training leaves out of the first tokens and of what the head reads.
  public var dropout = 0.0
  /// The standard deviation of the initial embedding.
  public var embeddingDeviation = 1.0
  /// The standard deviation of the initial positions.
  public var positionDeviation = 0.5
  /// The standard deviation of the initial head, where it has a matrix of its own.
  public var headDeviation = 0.02

  /// A causal model of some symbols.
  public init(vocabularySize: Int, contextLength: Int, block: EnergyTransformerConfiguration) {
    require(
      vocabularySize > 0 && contextLength > 0,
      "a text model has symbols and a context, not \(vocabularySize) and \(contextLength)")
    (self.vocabularySize, self.contextLength, self.block) = (vocabularySize, contextLength, block)
  }

  /// The symbol that stands for a masked one, behind those of the vocabulary.
  public var maskSymbol: Int { vocabularySize }

  /// The number of symbols that are embedded: one more where symbols are masked.
  public var embeddedCount: Int { vocabularySize + (isCausal ? 0 : 1) }

  /// The number of parameters.
  public var parameterCount: Int {
    let dimension = block.dimension
    let ends = (embeddedCount + contextLength) * dimension + 2 * dimension + vocabularySize
    return ends + (tiesHead ? 0 : vocabularySize * dimension) + blockCount * block.parameterCountOfBlock()
  }
}
