import Tensors

/// The sizes of a transformer encoder of the BERT family.
public struct EncoderConfiguration: Sendable, Equatable {
  /// The number of word pieces.
  public var vocabularySize: Int
  /// The largest number of tokens of a sequence.
  public var positionCount: Int
  /// The number of token types; all tokens of a single text are of type 0.
  public var segmentCount: Int
  /// The numbers of a token, D.
  public var dimension: Int
  /// The number of layers.
  public var layerCount: Int
  /// The attention heads of a layer, each of D / heads numbers.
  public var headCount: Int
  /// The width between the two linear maps at the end of a layer.
  public var hiddenSize: Int
  /// What is added to the variance in layer norms.
  public var normEpsilon: Double
  /// What vectors of sentences are made of, in the order in which it stands in them.
  public var pooling: [SentencePooling]

  /// Sizes by name; a head has a whole number of a token's numbers.
  public init(
    vocabularySize: Int, positionCount: Int, dimension: Int, layerCount: Int, headCount: Int, hiddenSize: Int,
    segmentCount: Int = 2, normEpsilon: Double = 1e-12, pooling: [SentencePooling] = [.mean]
  ) {
    let sizes = [vocabularySize, positionCount, segmentCount, dimension, layerCount, headCount, hiddenSize]
    require(sizes.allSatisfy { $0 > 0 }, "sizes of an encoder are at least 1, not \(sizes)")
    require(dimension % headCount == 0, "\(dimension) numbers of a token for \(headCount) heads")
    require(normEpsilon > 0 && normEpsilon.isFinite, "epsilon is a positive number, not \(normEpsilon)")
    (self.vocabularySize, self.positionCount) = (vocabularySize, positionCount)
    (self.segmentCount, self.dimension) = (segmentCount, dimension)
    (self.layerCount, self.headCount, self.hiddenSize) = (layerCount, headCount, hiddenSize)
    self.normEpsilon = normEpsilon
    require(!pooling.isEmpty, "vectors of sentences without a way of pooling")
    self.pooling = pooling
  }

  /// The numbers of a query, key or value of a head.
  public var headSize: Int { dimension / headCount }
  /// The inverse temperature of every head: 1 / √(head size).
  public var beta: Double { 1 / Double(headSize).squareRoot() }
  /// The floating-point operations of a pass for each token of a sequence of `length` tokens, of D numbers each with a
  /// hidden size of F: 8 D² + 4 D F + 4 D length a layer.
  public func operationsPerToken(length: Int) -> Double {
    Double(layerCount * (8 * dimension * dimension + 4 * dimension * hiddenSize + 4 * dimension * length))
  }
  /// Every head, layer by layer.
  public var heads: [HeadPlace] {
    (0..<layerCount).flatMap { layer in (0..<headCount).map { HeadPlace(layer: layer, head: $0) } }
  }
}
