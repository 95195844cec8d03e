public import Tensors

/// The energy as it is written, by tensor operations that can be differentiated any number of times; and what it is made
/// of, for scores of nodes and for drawings.
extension NeighbourAttentionEnergy {
  /// The share of each node as a query, - sum_h 1/beta_h log sum exp, [batch, nodes]: they add up to the energy.
  ///
  /// A low energy says that a node agrees with its neighbours.
  public func energyByNode(at g: Activations<Scalar>) -> Tensor<Scalar> {
    if g.values.isTracked || dependencies.values.contains(where: \.isTracked) { return nodeEnergies(at: g) }
    return -closedNodeEnergies(at: g)
  }

  /// The weights of each query's keys, [batch, heads, pairs] over the pairs of `neighbourhoods.pattern`.
  ///
  /// They add up to 1 over the pairs of a node and are 0 for pairs with padding.
  public func attentionWeights(at g: Activations<Scalar>) -> Tensor<Scalar> {
    let scores = scores(at: g)
    let (exponentials, totals, _) = softmax(scores)
    return exponentials / spread(totals)
  }

  /// `energyByNode` by tensor operations.
  func nodeEnergies(at g: Activations<Scalar>) -> Tensor<Scalar> {
    let (_, totals, tops) = softmax(scores(at: g))
    // log sum exp (s - c) + c is the same function for every constant c; 0 for a node that sees nothing.
    let logSums = totals.logarithm() * unit + tops
    return -(logSums / (beta * unit).reshaped([1, headCount, 1])).sum(axes: [1])
  }

  private var pattern: SparsePattern { neighbourhoods.pattern }

  /// The unit of scores, in which no product with beta overflows.
  private var unit: Scalar { scoreUnit(of: beta) }

  /// beta K · Q and the edge term of each pair in `unit`, [batch, heads, pairs]; -infinity for pairs with padding.
  private func scores(at g: Activations<Scalar>) -> Tensor<Scalar> {
    checkNodes(g)
    checkEdgeTerms()
    let queries = g.values.projected(by: flat(queryWeights), transposed: true)
    let keys = g.values.projected(by: flat(keyWeights), transposed: true)
    var scores = queries.pairScores(keys, over: pattern, headCount: headCount)
    scores = scores * (beta * unit).reshaped([1, headCount, 1])
    if let terms = termsOfPairs() { scores = scores + (unit == 1 ? terms : terms * unit) }
    if let mask = g.mask { scores = scores + blockedPairs(mask) }
    return scores
  }

  private func flat(_ weights: Tensor<Scalar>) -> Tensor<Scalar> {
    weights.reshaped([headCount * keySize, dimension])
  }

  /// The term of each pair of the pattern, [1, heads or 1, pairs].
  private func termsOfPairs() -> Tensor<Scalar>? {
    guard let edgeTerms else { return nil }
    let (heads, count) = (edgeTerms.shape[0], edgeTerms.shape[1])
    guard let pairs = neighbourhoods.graphPairs else { return edgeTerms.reshaped([1, heads, count]) }
    // Pairs that are not of the graph take the zero behind its terms.
    let all = Tensor.concatenated([edgeTerms, .zeros([heads, 1])], axis: 1)
    return all.gathered(pairs.map { $0 < 0 ? count : Int($0) }, axis: 1).reshaped([1, heads, pairs.count])
  }

  /// -infinity for pairs with padding at either end, otherwise 0, [batch, 1, pairs].
  private func blockedPairs(_ mask: TokenMask) -> Tensor<Scalar> {
    let (rows, columns) = (pattern.byRow.rows, pattern.byRow.columns)
    let elements = (0..<mask.batch).flatMap { example in
      let start = example * mask.tokenCount
      return zip(rows, columns).map { row, column in
        mask.isReal[start + Int(row)] && mask.isReal[start + Int(column)] ? Scalar(0) : -.infinity
      }
    }
    return Tensor(shape: [mask.batch, 1, pattern.pairCount], elements: elements)
  }

  /// exp(s - c) of each pair, [batch, heads, pairs], their sums over the pairs of each node, [batch, heads, nodes], which
  /// are 1 for a node that sees nothing, and c, the largest score of each node, a constant.
  private func softmax(
    _ scores: Tensor<Scalar>
  ) -> (exponentials: Tensor<Scalar>, totals: Tensor<Scalar>, tops: Tensor<Scalar>) {
    let (batch, nodes) = (scores.shape[0], pattern.rowCount)
    let tops = largestScores(scores)
    let rest = scores - spread(tops)
    let exponentials = (unit == 1 ? rest : rest * (1 / unit)).exponential()
    let totals = exponentials.reshaped(scores.shape + [1]).pairSums(.row, of: pattern)
      .reshaped([batch, headCount, nodes])
    let isEmpty = totals.detached.equals(.zeros(totals.shape))
    return (exponentials, totals + isEmpty, tops)
  }

  /// For each pair the number of its query.
  private func spread(_ ofQueries: Tensor<Scalar>) -> Tensor<Scalar> {
    ofQueries.reshaped(ofQueries.shape + [1]).gathered(.row, of: pattern)
      .reshaped([ofQueries.shape[0], headCount, pattern.pairCount])
  }

  /// The largest score of each query, a constant; 0 where there is none.
  private func largestScores(_ scores: Tensor<Scalar>) -> Tensor<Scalar> {
    let (starts, nodes, pairs) = (pattern.byRow.rowStarts, pattern.rowCount, pattern.pairCount)
    return Tensor(shape: [scores.shape[0], headCount, nodes]) { out in
      scores.withElements { scores in
        for line in 0..<(nodes == 0 ? 0 : scores.count / max(1, pairs)) {
          for node in 0..<nodes {
            let top = scores[line * pairs + starts[node]..<line * pairs + starts[node + 1]].max() ?? 0
            out[line * nodes + node] = top == -.infinity ? 0 : top
          }
        }
      }
      if pairs == 0 { out.update(repeating: 0, count: scores.shape[0] * headCount * nodes) }
    }
  }
}
