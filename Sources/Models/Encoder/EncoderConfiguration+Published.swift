/// Published sizes, by the names of `config.json`.
extension EncoderConfiguration: Decodable {
  private enum CodingKeys: String, CodingKey {
    case architecture = "model_type"
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

  /// The sizes in a published configuration.
  ///
  /// - Throws: `DecodingError` that names the field: one that is missing or no number, sizes that do not fit each other,
  ///   or an architecture, activation or kind of positions that this encoder does not compute.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func expect(_ key: CodingKeys, _ expected: String, isRequired: Bool) throws {
      let found =
        isRequired
        ? try container.decode(String.self, forKey: key)
        : try container.decodeIfPresent(String.self, forKey: key) ?? expected
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
    try expect(.architecture, "bert", isRequired: true)
    try expect(.activation, "gelu", isRequired: true)
    try expect(.positions, "absolute", isRequired: false)
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
      hiddenSize: try size(.hiddenSize), segmentCount: try size(.segmentCount), normEpsilon: epsilon)
  }
}
