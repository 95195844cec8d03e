public import ArrayFiles
import Tensors

extension TransformerEncoder {
  /// An encoder from the arrays of a published checkpoint of the BERT family, by their names there.
  ///
  /// `embeddings.word_embeddings.weight` [pieces, D], `embeddings.position_embeddings.weight`,
  /// `embeddings.token_type_embeddings.weight`, `embeddings.LayerNorm`, and for each layer
  /// `encoder.layer.N.attention.self.query`, `key` and `value`, `attention.output.dense`,
  /// `attention.output.LayerNorm`, `intermediate.dense`, `output.dense` and `output.LayerNorm`, each with `weight`
  /// ([outputs, inputs]) and `bias`, or `gamma` and `beta` for norms of old checkpoints; a prefix such as `bert.` may
  /// stand before all. What lies behind the last layer (`pooler`, `cls`) is left alone.
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
        widening: try weights.linear("\(layer).intermediate.dense", c.hiddenSize, c.dimension),
        narrowing: try weights.linear("\(layer).output.dense", c.dimension, c.hiddenSize),
        finalNorm: try weights.norm("\(layer).output.LayerNorm", c.dimension, epsilon))
    }
    try weights.finish(ignoring: ["embeddings.position_ids"])
    self.init(
      configuration, words: words, positions: positions, segments: segments, norm: norm, layers: layers)
  }
}
