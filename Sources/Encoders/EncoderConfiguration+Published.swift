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

  /// The sizes in a published configuration; one that does not say which architecture it is of may be BERT's.
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
