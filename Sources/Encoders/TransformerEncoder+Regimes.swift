import Foundations
public import Tensors

extension TransformerEncoder {
  /// The regimes of all heads over sequences of one length, in the order of ``EncoderConfiguration/heads``.
  ///
  /// Heads are measured as published: an encoder with replaced ones is refused.
  ///
  /// - Cost: a pass, and 3 N² times head size operations and N sorts of N weights for each head and sequence.
  public func regimes(of tokens: EncoderTokens) -> [HeadRegime] {
    let length = oneLength(of: tokens)
    require(
      rules.joined().allSatisfy { $0 == .softmax || $0 == .retrieval(updates: 1) },
      "regimes are those of the published rule: measure before heads are replaced")
    let pieces = tokens.pieces
    let found = Parallelism.map(pieces.count) { index -> [RegimeMeter<Scalar>.Sums] in
      let pass = EncoderPass(self, tokens.sequences(pieces[index]))
      let meter = RegimeMeter<Scalar>(configuration, count: length, row: pass.headRow)
      pass.run(meter.observe)
      return meter.sums
    }
    var total = found[0]
    for piece in found.dropFirst() {
      for index in total.indices { total[index].add(piece[index]) }
    }
    let queries = Double(length * tokens.count)
    return zip(configuration.heads, total).map { index, sums in
      HeadRegime(
        index: index, sequenceLength: length, counts: sums.counts, entropy: sums.entropy / queries,
        energy: sums.energy / queries, updatedEnergy: sums.updatedEnergy / queries,
        answerChange: sums.answerChange / queries, changedShare: Double(sums.changed) / queries,
        jacobianNorm: sums.jacobianNorm / queries)
    }
  }

  /// The same over many sequences of one length, some at a time, so that memory holds few.
  ///
  /// - Parameters:
  ///   - sequences: The ids of each.
  ///   - count: How many at a time.
  ///   - onPart: Sees the regimes over each part, with its number of sequences.
  public func regimes(
    ofSequences sequences: [[Int]], atOnce count: Int,
    onPart: (_ regimes: [HeadRegime], _ sequenceCount: Int) throws -> Void
  ) rethrows -> [HeadRegime] {
    require(count > 0, "regimes of \(count) sequences at a time")
    var heads: [HeadRegime] = []
    for start in stride(from: 0, to: sequences.count, by: count) {
      let part = Array(sequences[start..<min(start + count, sequences.count)])
      let found = regimes(of: EncoderTokens(ids: part))
      try onPart(found, part.count)
      heads = heads.merged(with: found)
    }
    return heads
  }

  /// The weights of some heads over one sequence, [tokens, tokens] each, a row for each query.
  public func weights(of heads: [HeadIndex], over tokens: EncoderTokens) -> [Tensor<Scalar>] {
    require(tokens.count == 1, "weights over \(tokens.count) sequences, expected one")
    check(tokens)
    check(heads)
    var found: [HeadIndex: Tensor<Scalar>] = [:]
    EncoderPass(self, tokens).run { head in
      if heads.contains(head.index) { found[head.index] = head.square(head.weights) }
    }
    return heads.compactMap { found[$0] }
  }

  /// The retrievals of some heads over one sequence, update by update, each with the inputs that it has in the encoder.
  ///
  /// Heads are followed as published: replaced ones among them are refused.
  ///
  /// - Cost: a pass, and 4 N² times head size operations for each head and update.
  public func retrievals(
    of heads: [HeadIndex], over tokens: EncoderTokens, updates: Int
  ) -> [HeadRetrieval<Scalar>] {
    require(tokens.count == 1, "retrievals over \(tokens.count) sequences, expected one")
    require(updates >= 0, "retrievals of \(updates) updates")
    check(tokens)
    check(heads)
    for index in heads {
      let rule = rules[index.layer][index.head]
      require(
        rule == .softmax || rule == .retrieval(updates: 1),
        "retrievals are those of the published rule, \(index) has another")
    }
    let pass = EncoderPass(self, tokens)
    let retrieval = RepeatedRetrieval<Scalar>(configuration, count: tokens.tokenCount, row: pass.headRow)
    var found: [HeadIndex: HeadRetrieval<Scalar>] = [:]
    pass.run { head in
      if heads.contains(head.index) {
        found[head.index] = HeadRetrieval(repeating: retrieval, of: head, updates: updates)
      }
    }
    return heads.compactMap { found[$0] }
  }
}
