import EnergyTransformer

/// What becomes of sentence vectors when heads are replaced.
struct QualityMeter {
  /// How near the vectors stay, and how well they order pairs.
  struct Quality {
    let meanCosine: Double, leastCosine: Double
    /// Spearman's correlation with the scores of the pairs; nil without pairs, or where all cosines are alike.
    let spearman: Double?
  }

  private let model: LoadedModel
  private let tokens: EncoderTokens
  private let vectors: Tensor<Float>
  private let pairTokens: EncoderTokens?
  private let scores: [Double]
  private let progress: PassProgress

  /// - Throws: one line naming the weights where vectors are not finite.
  init(
    _ model: LoadedModel, windows: [[Int]], pairs: SentencePairs?, _ progress: PassProgress
  ) throws {
    self.model = model
    tokens = EncoderTokens(ids: windows)
    vectors = model.encoder.sentenceVectors(of: tokens)
    pairTokens = pairs.map { Self.tokens(of: $0, model) }
    scores = pairs?.pairs.map(\.score) ?? []
    self.progress = progress
    progress.advance(tokens.tokenCount)
  }

  static func tokens(of pairs: SentencePairs, _ model: LoadedModel) -> EncoderTokens {
    let limit = model.configuration.positionCount
    return EncoderTokens(
      ids: (pairs.pairs.map(\.first) + pairs.pairs.map(\.second)).map {
        model.tokenizer.sequence(of: $0, limit: limit)
      })
  }

  /// The quality of the encoder as published.
  func published() throws -> Quality { try quality(of: model.encoder) }

  /// The quality with a rule for some heads.
  func quality(
    replacing heads: some Sequence<HeadPlace>, by rule: (HeadPlace) -> HeadRule
  ) throws -> Quality {
    try quality(of: model.encoder.replacing(heads, rule: rule))
  }

  private func quality(of changed: TransformerEncoder<Float>) throws -> Quality {
    let cosines = (changed.sentenceVectors(of: tokens) * vectors).sum(axes: [1]).elements.map { Double($0) }
    progress.advance(tokens.tokenCount)
    try model.requireFinite(cosines, "vectors of sentences")
    return Quality(
      meanCosine: cosines.reduce(0, +) / Double(cosines.count), leastCosine: cosines.min() ?? 0,
      spearman: try pairTokens.flatMap { try spearman(changed, $0) })
  }

  private func spearman(_ changed: TransformerEncoder<Float>, _ tokens: EncoderTokens) throws -> Double? {
    let found = changed.sentenceVectors(of: tokens)
    let count = tokens.count / 2
    let first = found.sliced(axis: 0, 0..<count)
    let second = found.sliced(axis: 0, count..<2 * count)
    progress.advance(tokens.tokenCount)
    let cosines = (first * second).sum(axes: [1]).elements.map { Double($0) }
    try model.requireFinite(cosines, "vectors of sentence pairs")
    // Cosines that are all alike, as of pairs of the same sentence twice, order nothing.
    guard let any = cosines.first, cosines.contains(where: { $0 != any }) else { return nil }
    return try RankCorrelation.spearman(cosines, scores)
  }
}
