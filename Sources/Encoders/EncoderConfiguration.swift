import Foundations
import Tensors

/// The sizes of a transformer encoder of the BERT family.
public struct EncoderConfiguration: Sendable, Equatable {
  /// The number of word pieces.
  public var vocabularySize: Int
  /// The largest number of tokens of a sequence.
  public var positionCount: Int
  /// The number of token types; all tokens of a single text are of type 0.
  public var segmentCount: Int
  /// D, the size of a token.
  public var dimension: Int
  /// The number of layers.
  public var layerCount: Int
  /// The number of attention heads of a layer, each of size D / heads.
  public var headCount: Int
  /// F, the hidden size of the feed-forward network of a layer.
  public var hiddenSize: Int
  /// The constant that layer norms add to the variance.
  public var normEpsilon: Double
  /// How the vector of a sentence is pooled from its tokens; the results of several ways are concatenated in this order.
  public var pooling: [SentencePooling]

  /// An encoder of the given sizes; `headCount` divides `dimension`.
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

  /// The size of a head's queries, keys and values.
  public var headSize: Int { dimension / headCount }
  /// The inverse temperature of every head: 1 / √(head size).
  public var beta: Double { 1 / Double(headSize).squareRoot() }
  /// The floating-point operations of a pass for each token of a sequence of `length` tokens, of D numbers each with a
  /// hidden size of F: 8 D² + 4 D F + 4 D length per layer.
  public func operationsPerToken(length: Int) -> Double {
    Double(layerCount * (8 * dimension * dimension + 4 * dimension * hiddenSize + 4 * dimension * length))
  }
  /// Every head, layer by layer.
  public var heads: [HeadIndex] {
    (0..<layerCount).flatMap { layer in (0..<headCount).map { HeadIndex(layer: layer, head: $0) } }
  }
}

/// How the last hidden states of a sentence's tokens are pooled into one vector.
///
/// - Source: Reimers and Gurevych 2019, "Sentence-BERT"; the names are those of the package sentence-transformers.
public enum SentencePooling: String, Sendable, CaseIterable, Decodable {
  /// The state of the first token.
  case first = "cls"
  /// The largest of the states, number by number.
  case largest = "max"
  /// The mean of the states.
  case mean
  /// The sum of the states divided by the square root of their number.
  case scaledSum = "mean_sqrt_len_tokens"
  /// The mean with weights 1, 2, 3, … by position.
  case positionMean = "weightedmean"
  /// The state of the last token.
  case last = "lasttoken"
}

/// Published sizes, by the names of `config.json`, and ways of pooling in `sentence_pooling`.
extension EncoderConfiguration: Decodable {
  private enum CodingKeys: String, CodingKey {
    case architecture = "model_type"
    case classes = "architectures"
    case pooling = "sentence_pooling"
    case activation = "hidden_act"
    case positions = "position_embedding_type"
    case vocabularySize = "vocab_size"
    case positionCount = "max_position_embeddings"
    case segmentCount = "type_vocab_size"
    case dimension = "hidden_size"
    case layerCount = "num_hidden_layers"
    case headCount = "num_attention_heads"
    case hiddenSize = "intermediate_size"
    case normEpsilon = "layer_norm_eps"
  }

  /// The sizes in a published configuration; one that names no architecture is taken for BERT's.
  ///
  /// - Throws: `DecodingError` that names the field: one that is missing or no number, sizes that do not fit each other,
  ///   or an architecture, activation or kind of positions that this encoder does not compute.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func expect(_ key: CodingKeys, _ expected: String) throws {
      let found = try container.decodeIfPresent(String.self, forKey: key) ?? expected
      guard found == expected else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: container, debugDescription: "expected \"\(expected)\", found \"\(found)\"")
      }
    }
    func size(_ key: CodingKeys) throws -> Int {
      let found = try container.decode(Int.self, forKey: key)
      guard found > 0 && found <= 1 << 24 else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: container, debugDescription: "expected a size in 1 ... \(1 << 24), found \(found)")
      }
      return found
    }
    try expect(.architecture, "bert")
    try expect(.activation, "gelu")
    try expect(.positions, "absolute")
    let classes = try container.decodeIfPresent([String].self, forKey: .classes) ?? []
    let isNamed = try container.decodeIfPresent(String.self, forKey: .architecture) != nil
    if !isNamed, let other = classes.first(where: { !$0.hasPrefix("Bert") }) {
      throw DecodingError.dataCorruptedError(
        forKey: .classes, in: container, debugDescription: "expected a class of Bert, found \"\(other)\"")
    }
    let (dimension, headCount) = (try size(.dimension), try size(.headCount))
    guard dimension % headCount == 0 else {
      throw DecodingError.dataCorruptedError(
        forKey: .headCount, in: container,
        debugDescription: "expected a divisor of hidden_size \(dimension), found \(headCount)")
    }
    let epsilon = try container.decodeIfPresent(Double.self, forKey: .normEpsilon) ?? 1e-12
    guard epsilon > 0 && epsilon.isFinite else {
      throw DecodingError.dataCorruptedError(
        forKey: .normEpsilon, in: container,
        debugDescription: "expected a positive number, found \(epsilon)")
    }
    self.init(
      vocabularySize: try size(.vocabularySize), positionCount: try size(.positionCount),
      dimension: dimension, layerCount: try size(.layerCount), headCount: headCount,
      hiddenSize: try size(.hiddenSize), segmentCount: try size(.segmentCount), normEpsilon: epsilon,
      pooling: try container.decodeIfPresent([SentencePooling].self, forKey: .pooling) ?? [.mean])
  }
}
