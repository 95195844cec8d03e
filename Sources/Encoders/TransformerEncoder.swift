import Foundations
public import Tensors

/// A transformer encoder of the BERT family, with published weights, computed as published or with other rules for
/// some heads.
///
///     x = norm(word + position + type)
///     a layer:  x <- norm(x + W_O concat_h( A_h V_h ) + b_O),   x <- norm(x + W_2 gelu(W_1 x + b_1) + b_2)
///     A_h = softmax(β Q_h K_hᵀ),   β = 1 / √(head size),   gelu(x) = x Φ(x)
///
/// Read as a Hopfield retrieval, the keys of a head are the stored patterns, a query is a state, A_h are the weights of
/// one update, and the values are what is answered with. ``regimes(of:)`` measures how each head retrieves, and
/// ``replacing(_:by:)`` replaces its rule.
///
/// Sequences are computed without padding, each thread taking whole sequences through all layers. Inference only:
/// gradients do not go through it.
///
/// - Source: Devlin et al. 2019, "BERT"; Ramsauer et al. 2020, section 3.
/// - Cost: a token of a layer takes 8 D² + 4 D F + 4 N D operations, F being the hidden size and N the length of its
///   sequence; the buffers of a thread 20 D bytes per token of its sequences (128 tokens or one sequence) and 256 F bytes.
public struct TransformerEncoder<Scalar: TensorScalar>: Sendable {
  /// The sizes.
  public let configuration: EncoderConfiguration
  /// The rule of every head, [layers][heads].
  public private(set) var rules: [[HeadRule]]

  let words: Tensor<Scalar>, positions: Tensor<Scalar>, segments: Tensor<Scalar>
  let embeddingNorm: EncoderNorm<Scalar>
  let layers: [EncoderLayer<Scalar>]

  init(
    _ configuration: EncoderConfiguration, words: Tensor<Scalar>, positions: Tensor<Scalar>,
    segments: Tensor<Scalar>, norm: EncoderNorm<Scalar>, layers: [EncoderLayer<Scalar>]
  ) {
    self.configuration = configuration
    (self.words, self.positions, self.segments) = (words, positions, segments)
    (embeddingNorm, self.layers) = (norm, layers)
    rules = Array(
      repeating: Array(repeating: .softmax, count: configuration.headCount), count: configuration.layerCount)
  }

  /// The encoder with another rule for some heads.
  public func replacing(_ heads: some Sequence<HeadIndex>, by rule: HeadRule) -> TransformerEncoder {
    replacing(heads, rule: { _ in rule })
  }

  /// The encoder with a rule of its own for each of some heads.
  public func replacing(
    _ heads: some Sequence<HeadIndex>, rule: (HeadIndex) -> HeadRule
  ) -> TransformerEncoder {
    var copy = self
    check(heads)
    for index in heads {
      let new = rule(index)
      if case .retrieval(let updates) = new { require(updates >= 1, "a retrieval of \(updates) updates") }
      copy.rules[index.layer][index.head] = new
    }
    return copy
  }

  /// The hidden states after the last layer, one tensor [tokens, D] per sequence.
  public func hiddenStates(of tokens: EncoderTokens) -> [Tensor<Scalar>] {
    check(tokens)
    let pieces = tokens.pieces
    return Parallelism.map(pieces.count) { index -> [Tensor<Scalar>] in
      let pass = EncoderPass(self, tokens.sequences(pieces[index]))
      pass.run()
      return pass.statesBySequence()
    }.flatMap { $0 }
  }

  /// The hidden states of a padded batch, [batch, tokens, D]; zeros for padding.
  public func hiddenStates(of tokens: EncoderTokens, tokenCount: Int) -> Tensor<Scalar> {
    let states = hiddenStates(of: tokens)
    let width = configuration.dimension
    return Tensor(shape: [tokens.count, tokenCount, width]) { out in
      out.update(repeating: 0, count: tokens.count * tokenCount * width)
      for (sequence, rows) in states.enumerated() {
        for row in 0..<rows.shape[0] {
          let position = tokens.positions?[sequence][row] ?? row
          require(position < tokenCount, "a token at position \(position) of \(tokenCount)")
          rows.withElements { elements in
            guard let base = elements.baseAddress else { return }
            (out + (sequence * tokenCount + position) * width).update(from: base + row * width, count: width)
          }
        }
      }
    }
  }

  /// The vector of each sequence, pooled from the last hidden states of its tokens as ``EncoderConfiguration/pooling`` says
  /// and scaled to length 1 if `isNormalized`: [sequences, D], or D for each of several ways of pooling.
  ///
  /// - Source: Reimers and Gurevych 2019, "Sentence-BERT".
  public func sentenceVectors(of tokens: EncoderTokens, isNormalized: Bool = true) -> Tensor<Scalar> {
    check(tokens)
    let pieces = tokens.pieces
    let width = configuration.pooling.count * configuration.dimension
    return Tensor(shape: [tokens.count, width]) { out in
      // Each piece writes the rows of its own sequences.
      Parallelism.forEach(pieces.count) { index in
        let pass = EncoderPass(self, tokens.sequences(pieces[index]))
        pass.run()
        pass.writeVectors(to: out + pieces[index].lowerBound * width, isNormalized: isNormalized)
      }
    }
  }

  /// Checks sequences that must have one length, and gives it.
  func oneLength(of tokens: EncoderTokens) -> Int {
    check(tokens)
    let length = tokens.lengths.first ?? 0
    require(
      tokens.count > 0 && tokens.lengths.allSatisfy { $0 == length },
      "sequences of lengths \(Set(tokens.lengths).sorted()), expected some of one length")
    return length
  }

  func check(_ heads: some Sequence<HeadIndex>) {
    for index in heads {
      require(
        rules.indices.contains(index.layer) && rules[index.layer].indices.contains(index.head),
        "\(index) of an encoder of \(configuration.layerCount) layers of \(configuration.headCount) heads")
    }
  }

  func check(_ tokens: EncoderTokens) {
    for (index, ids) in tokens.ids.enumerated() {
      let last = tokens.positions?[index].max() ?? ids.count - 1
      require(
        last < configuration.positionCount,
        "sequence \(index) reaches position \(last), the encoder knows \(configuration.positionCount)")
      require(
        ids.allSatisfy { $0 >= 0 && $0 < configuration.vocabularySize },
        "sequence \(index): ids outside 0..<\(configuration.vocabularySize)")
      require(
        tokens.segments?[index].allSatisfy { $0 >= 0 && $0 < configuration.segmentCount } ?? true,
        "sequence \(index): token types outside 0..<\(configuration.segmentCount)")
    }
  }
}
