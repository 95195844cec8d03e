import Foundations
public import Tensors

/// Attention to single tokens and to pairs of tokens at once: edges and triangles of a simplicial complex.
///
///     E = - sum_h 1/beta_h sum_C log( sum_B exp(beta_h K_hB · Q_hC)
///                                   + sum_(B, B') exp(beta_h sum_a Q_haC K_haB P_haB') )
///     Q = Wq g,  K = Wk g,  P = Wp g
///
/// With no triangles it is the attention energy of the Energy Transformer in which every token sees itself. All ordered pairs
/// (B, B') are triangles, or a list of them, the same for every query: a random one of as many pairs as there are tokens costs
/// no more than attention.
///
/// - Shape: activations [batch, tokens, dimension] give [batch].
/// - Source: trilinear scores with one softmax over pairs of keys: Clift et al. 2019, "Logic and the 2-simplicial transformer",
///   and Roy et al. 2025, "Fast and simplex"; diluted sets of triangles beside edges: Burns and Fukai 2023, "Simplicial Hopfield
///   networks". One log sum exp over both, as an energy, is derived here.
/// - Cost: 4 N H Y D and 2 H N Y (N + triangles) operations an example; N² triangles when all are taken.
public struct SimplicialAttentionEnergy<Scalar: TensorScalar>: Energy {
  /// Which pairs of tokens a query sees at once.
  public enum Triangles: Sendable, Equatable {
    /// Every ordered pair, a token with itself included.
    case all
    /// Pairs of places, the same for every query and example; none where empty.
    case listed([TokenPair])
  }

  /// Two tokens by their places.
  public struct TokenPair: Sendable, Hashable {
    /// The token that gives K.
    public let first: Int
    /// The token that gives P.
    public let second: Int

    /// Two tokens by their places, counted from 0.
    public init(_ first: Int, _ second: Int) { (self.first, self.second) = (first, second) }
  }

  /// Wq, [heads, key size, dimension].
  public var queryWeights: Tensor<Scalar>
  /// Wk, [heads, key size, dimension].
  public var keyWeights: Tensor<Scalar>
  /// Wp, the weights of a pair's second token, [heads, key size, dimension].
  public var partnerWeights: Tensor<Scalar>
  /// The inverse temperature of each head, [heads].
  public let beta: Tensor<Scalar>
  /// Which pairs of tokens a query sees at once.
  public let triangles: Triangles

  /// An energy of given weights; beta is 1 / sqrt(key size) when nil.
  public init(
    queryWeights: Tensor<Scalar>, keyWeights: Tensor<Scalar>, partnerWeights: Tensor<Scalar>,
    beta: Tensor<Scalar>? = nil, triangles: Triangles = .all
  ) {
    require(
      queryWeights.rank == 3 && queryWeights.shape == keyWeights.shape
        && queryWeights.shape == partnerWeights.shape,
      "Wq, Wk and Wp have one shape [heads, key size, dimension], not \(queryWeights.shape), "
        + "\(keyWeights.shape) and \(partnerWeights.shape)")
    self.queryWeights = queryWeights
    self.keyWeights = keyWeights
    self.partnerWeights = partnerWeights
    self.triangles = triangles
    let heads = queryWeights.shape[0]
    self.beta = beta ?? Tensor(repeating: 1 / Scalar(queryWeights.shape[1]).squareRoot(), shape: [heads])
    checkBetas(self.beta, heads: heads)
  }

  public var name: String { "simplicial attention" }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("queryWeights", &queryWeights)
    visit("keyWeights", &keyWeights)
    visit("partnerWeights", &partnerWeights)
  }

  public func energy(at g: Activations<Scalar>) -> Tensor<Scalar> {
    let heads = queryWeights.shape[0]
    let real = g.realValues
    let (queries, keys) = (project(real, queryWeights), project(real, keyWeights))
    let unit = scoreUnit(of: beta)
    let share = beta * unit
    var scores = queries.headScores(keys, headCount: heads)
    if let blocked = g.blockedKeys { scores = scores + blocked }
    let pairs = pairs(tokenCount: g.values.shape[1])
    if !pairs.isEmpty {
      let partners = project(real, partnerWeights)
      let products =
        keys.gathered(pairs.map(\.first), axis: 1) * partners.gathered(pairs.map(\.second), axis: 1)
      var ofPairs = queries.headScores(products, headCount: heads)
      if let blocked = blocked(pairs, g.mask) { ofPairs = ofPairs + blocked }
      scores = .concatenated([scores, ofPairs], axis: 3)
    }
    let logSums = (scores * share.reshaped([1, heads, 1, 1])).logSumExp(scale: 1 / unit)
    return -g.sumOfQueries(logSums / share.reshaped([1, heads, 1]))
  }

  /// Projections of all heads, [batch, tokens, heads * key size].
  private func project(_ g: Tensor<Scalar>, _ weights: Tensor<Scalar>) -> Tensor<Scalar> {
    g.projected(
      by: weights.reshaped([weights.shape[0] * weights.shape[1], weights.shape[2]]), transposed: true)
  }

  private func pairs(tokenCount: Int) -> [TokenPair] {
    switch triangles {
    case .all: return (0..<tokenCount * tokenCount).map { TokenPair($0 / tokenCount, $0 % tokenCount) }
    case .listed(let pairs):
      let places = 0..<tokenCount
      require(
        pairs.allSatisfy { places.contains($0.first) && places.contains($0.second) },
        "a pair of a simplicial attention lies outside \(tokenCount) tokens")
      return pairs
    }
  }

  /// 0 for pairs of real tokens and -infinity for others, [batch, 1, 1, pairs]; nil when all tokens are real.
  private func blocked(_ pairs: [TokenPair], _ mask: TokenMask?) -> Tensor<Scalar>? {
    mask.map { mask in
      let elements = (0..<mask.batch).flatMap { example in
        pairs.map { pair -> Scalar in
          let first = example * mask.tokenCount
          return mask.isReal[first + pair.first] && mask.isReal[first + pair.second] ? 0 : -.infinity
        }
      }
      return Tensor(shape: [mask.batch, 1, 1, pairs.count], elements: elements)
    }
  }
}

extension SimplicialAttentionEnergy.Triangles {
  /// So many different pairs of different tokens, drawn at random.
  ///
  /// - Source: Burns and Fukai 2023: a random share of triangles in place of edges.
  public static func random(
    count: Int, tokenCount: Int, using random: inout RandomStream
  ) -> SimplicialAttentionEnergy.Triangles {
    let available = tokenCount * (tokenCount - 1)
    require(
      count >= 0 && count <= available, "\(count) of \(available) pairs of \(tokenCount) different tokens")
    return .listed(
      random.permutation(of: available).prefix(count).sorted().map { index in
        let (first, place) = (index / (tokenCount - 1), index % (tokenCount - 1))
        return .init(first, place < first ? place : place + 1)
      })
  }
}
