public import ArrayFiles
import Tensors

/// The arrays of a published encoder, read by the names they have there.
struct PublishedEncoderWeights<Scalar: TensorScalar> {
  private var arrays: NamedArrays<Scalar>
  /// The prefix of all names, such as `bert.`.
  private let prefix: String

  /// Arrays of which one encoder's are read: those of the names that a BERT has, or else the only ones of the right
  /// number of word pieces and layers.
  ///
  /// - Throws: `NamedArrayError` for encoders that cannot be told apart, naming each, or names of another family.
  init(_ arrays: NamedArrays<Scalar>, _ configuration: EncoderConfiguration) throws {
    self.arrays = arrays
    let found = arrays.names.filter { $0.hasSuffix(Self.words) }
      .map { String($0.dropLast(Self.words.count)) }.sorted()
    let own = found.filter { $0.isEmpty || $0 == "bert." }
    let fitting = found.filter { Self.fits($0, arrays, configuration) }
    let chosen = own.count == 1 ? own : fitting.count == 1 ? fitting : found
    guard chosen.count < 2 else {
      throw arrays.failure(
        "arrays of \(found.count) encoders, expected those of one: "
          + found.map { "\($0)\(Self.words)" }.joined(separator: ", "))
    }
    prefix = chosen.first ?? ""
    let family = prefix.split(separator: ".").last.map(String.init) ?? ""
    guard !Self.otherFamilies.contains(family) else {
      throw arrays.failure(
        "array \(prefix)\(Self.words) belongs to a model of the family \(family), expected bert")
    }
  }

  private static var words: String { "embeddings.word_embeddings.weight" }
  /// Families whose arrays have the names of BERT's and mean something else, such as positions from 2 on.
  private static var otherFamilies: Set<String> {
    [
      "roberta", "xlm_roberta", "camembert", "electra", "distilbert", "albert", "deberta", "mpnet", "ernie",
      "nezha",
      "data2vec_text", "esm", "longformer", "big_bird", "layoutlm", "xmod", "mega", "rembert", "convbert",
    ]
  }

  /// Whether the encoder of this prefix has the word pieces and the layers of a configuration.
  private static func fits(
    _ prefix: String, _ arrays: NamedArrays<Scalar>, _ configuration: EncoderConfiguration
  ) -> Bool {
    func has(_ layer: Int) -> Bool { arrays.contains("\(prefix)encoder.layer.\(layer).output.dense.weight") }
    return arrays.shape(of: prefix + words) == [configuration.vocabularySize, configuration.dimension]
      && has(configuration.layerCount - 1) && !has(configuration.layerCount)
  }

  /// - Throws: `NamedArrayError` for an array that is missing, has another shape or holds numbers that are not finite.
  mutating func array(_ name: String, _ shape: [Int]) throws -> Tensor<Scalar> {
    try arrays.tensor(prefix + name, shape: shape)
  }

  mutating func linear(_ name: String, _ outputs: Int, _ inputs: Int) throws -> EncoderLinear<Scalar> {
    EncoderLinear(
      weight: try array("\(name).weight", [outputs, inputs]), bias: try array("\(name).bias", [outputs]))
  }

  mutating func norm(_ name: String, _ size: Int, _ epsilon: Scalar) throws -> EncoderNorm<Scalar> {
    let isOld = !arrays.contains("\(prefix)\(name).weight") && arrays.contains("\(prefix)\(name).gamma")
    return EncoderNorm(
      gain: try array("\(name).\(isOld ? "gamma" : "weight")", [size]),
      shift: try array("\(name).\(isOld ? "beta" : "bias")", [size]), epsilon: epsilon)
  }

  /// Checks that no embedding and no layer was left out: one that was belongs to another configuration.
  func finish(ignoring ignored: [String]) throws {
    let parts = ["embeddings.", "encoder."].map { prefix + $0 }
    try arrays.requireAllRead { name in
      parts.contains { name.hasPrefix($0) } && !ignored.contains { name == prefix + $0 }
    }
  }
}

extension TransformerEncoder {
  /// An encoder from the arrays of a published checkpoint of the BERT family, by their names there.
  ///
  /// `embeddings.word_embeddings.weight` [pieces, D], `embeddings.position_embeddings.weight`,
  /// `embeddings.token_type_embeddings.weight`, `embeddings.LayerNorm`, and for each layer
  /// `encoder.layer.N.attention.self.query`, `key` and `value`, `attention.output.dense`,
  /// `attention.output.LayerNorm`, `intermediate.dense`, `output.dense` and `output.LayerNorm`, each with `weight`
  /// ([outputs, inputs]) and `bias`, or `gamma` and `beta` for norms of old checkpoints; a prefix such as `bert.` may
  /// stand before all. What follows the last layer (`pooler`, `cls`) is ignored.
  ///
  /// - Throws: `NamedArrayError` for an array that is missing, has another shape, or belongs to layers that the
  ///   configuration does not have; for arrays of several encoders that cannot be told apart, or of another family.
  public init(published arrays: NamedArrays<Scalar>, _ configuration: EncoderConfiguration) throws {
    var weights = try PublishedEncoderWeights(arrays, configuration)
    let c = configuration
    let words = try weights.array("embeddings.word_embeddings.weight", [c.vocabularySize, c.dimension])
    let positions = try weights.array(
      "embeddings.position_embeddings.weight", [c.positionCount, c.dimension])
    let segments = try weights.array(
      "embeddings.token_type_embeddings.weight", [c.segmentCount, c.dimension])
    let epsilon = Scalar(c.normEpsilon)
    let norm = try weights.norm("embeddings.LayerNorm", c.dimension, epsilon)
    let layers = try (0..<c.layerCount).map { index in
      let layer = "encoder.layer.\(index)"
      return EncoderLayer(
        query: try weights.linear("\(layer).attention.self.query", c.dimension, c.dimension),
        key: try weights.linear("\(layer).attention.self.key", c.dimension, c.dimension),
        value: try weights.linear("\(layer).attention.self.value", c.dimension, c.dimension),
        output: try weights.linear("\(layer).attention.output.dense", c.dimension, c.dimension),
        attentionNorm: try weights.norm("\(layer).attention.output.LayerNorm", c.dimension, epsilon),
        feedForwardIn: try weights.linear("\(layer).intermediate.dense", c.hiddenSize, c.dimension),
        feedForwardOut: try weights.linear("\(layer).output.dense", c.dimension, c.hiddenSize),
        finalNorm: try weights.norm("\(layer).output.LayerNorm", c.dimension, epsilon))
    }
    try weights.finish(ignoring: ["embeddings.position_ids"])
    self.init(
      configuration, words: words, positions: positions, segments: segments, norm: norm, layers: layers)
  }
}
