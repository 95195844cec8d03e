import Foundations
public import Tensors

/// The attention energy of the Energy Transformer.
///
///     E = - sum_h 1/beta_h sum_C log sum_B exp(beta_h K_hB · Q_hC),   Q = Wq g,  K = Wk g
///
/// B runs over the keys that query C may see; a query that sees none contributes nothing. There is no value
/// matrix: its descent direction moves C towards Wqᵀ K_B and B towards Wkᵀ Q_C with the same weights.
///
/// Causal attention with held contexts is what a language model descends: each token follows the gradient of its own term,
/// over the keys of the tokens before it as they are, and of its own key where `includesSelf`:
///
///     dE_A/dg_A = - sum_h ( Wqᵀ sum_B w_AB K_B  [ + Wkᵀ w_AA Q_A ] )
///
/// Without its own key, a token's energy is concave in g_A, and so is one of memories with it. Then no step x - alpha dE/dg raises
/// it, of whatever size: it lies below its tangent, E(g') - E(g) ≤ dE/dg · (g' - g), and g is monotone in x, being the gradient
/// of a convex Lagrangian, so that the right side is not positive. A preconditioner takes this away; with the token's own key
/// it takes a small step or backtracking.
///
/// - Shape: activations [batch, tokens, dimension] give [batch].
/// - Source: Hoover et al. 2023, equations 3 and 4. The paper leaves out B = C; all published codes and weights
///   include it. Here `includesSelf` says which. Held contexts: NRGPT, arXiv 2512.16762, whose published code follows the
///   query alone even where a token sees itself.
/// - Cost: 4 N D H Y + 2 H N² Y operations an example for the energy, twice that with the gradient; causal, half of the
///   second term.
public struct AttentionEnergy<Scalar: TensorScalar>: TokenwiseEnergy {
  /// Wq, [heads, key size, dimension].
  public var queryWeights: Tensor<Scalar>
  /// Wk, [heads, key size, dimension].
  public var keyWeights: Tensor<Scalar>
  /// The inverse temperature of each head, [heads].
  public var beta: Tensor<Scalar>
  /// Whether `beta` is a parameter.
  public var learnsBeta: Bool
  /// Whether `queryWeights` is a parameter; not where it stands for the identity of a bilinear form.
  public var learnsQueryWeights = true
  /// Whether a token sees itself.
  public var includesSelf: Bool
  /// Whether a token sees only itself and tokens before it.
  public var isCausal: Bool
  /// Whether each token descends its own energy while others are held, as ``TokenwiseEnergy`` says; otherwise the tokens
  /// that are seen move too, so that earlier ones learn of later ones.
  public var holdsContext: Bool
  /// A weighting by pairs of tokens.
  public var bias: AttentionBias<Scalar>?

  /// An attention energy.
  ///
  /// - Parameters:
  ///   - queryWeights: Wq, [heads, key size, dimension].
  ///   - keyWeights: Wk, of the same shape.
  ///   - beta: The inverse temperature of each head, [heads]; 1 / sqrt(key size) when nil.
  ///   - learnsBeta: Whether beta is a parameter.
  ///   - includesSelf: Whether a token sees itself.
  ///   - isCausal: Whether a token sees no later token.
  ///   - holdsContext: Whether each token descends its own energy while others are held.
  ///   - bias: A weighting by pairs of tokens.
  public init(
    queryWeights: Tensor<Scalar>, keyWeights: Tensor<Scalar>, beta: Tensor<Scalar>? = nil,
    learnsBeta: Bool = false, includesSelf: Bool = true, isCausal: Bool = false,
    holdsContext: Bool = false, bias: AttentionBias<Scalar>? = nil
  ) {
    require(
      queryWeights.rank == 3 && queryWeights.shape == keyWeights.shape,
      "Wq and Wk have shape [heads, key size, dimension], not \(queryWeights.shape) and \(keyWeights.shape)")
    self.queryWeights = queryWeights
    self.keyWeights = keyWeights
    let heads = queryWeights.shape[0]
    self.beta = beta ?? Tensor(repeating: 1 / Scalar(queryWeights.shape[1]).squareRoot(), shape: [heads])
    require(
      self.beta.elements.allSatisfy { $0 > 0 && $0.isFinite },
      "beta must be positive, not \(self.beta.elements)")
    require(self.beta.shape == [heads], "beta has shape \(self.beta.shape), not [\(heads)]")
    self.learnsBeta = learnsBeta
    self.includesSelf = includesSelf
    self.isCausal = isCausal
    self.holdsContext = holdsContext
    self.bias = bias
  }

  /// The number of heads.
  public var headCount: Int { queryWeights.shape[0] }
  /// The size of a head's queries and keys.
  public var keySize: Int { queryWeights.shape[1] }
  /// The size of a token.
  public var dimension: Int { queryWeights.shape[2] }

  public var name: String { "attention" }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    if learnsQueryWeights { visit("queryWeights", &queryWeights) }
    visit("keyWeights", &keyWeights)
    if learnsBeta { visit("beta", &beta) }
  }

  public mutating func visitContext(_ visit: ParameterVisitor<Scalar>) {
    guard var bias else { return }
    visit("bias", &bias.values)
    self.bias = bias
  }

  public func energy(at g: Activations<Scalar>) -> Tensor<Scalar> {
    -logSums(at: g).sum(axes: [1, 2])
  }

  /// The share of each token as a query, - sum_h 1/beta_h log sum exp, [batch, tokens]: they add up to the energy.
  ///
  /// A low energy says that a token agrees with those it attends to.
  public func energyByNode(at g: Activations<Scalar>) -> Tensor<Scalar> { -logSums(at: g).sum(axes: [1]) }

  /// The share of each token as a query of the context's keys, but for its own key, [batch, tokens].
  public func energyByToken(at g: Activations<Scalar>, context: Activations<Scalar>) -> Tensor<Scalar> {
    -logSums(at: g, context: context).sum(axes: [1])
  }

  /// The weights of each query's keys, [batch, heads, queries, keys].
  ///
  /// They add up to 1 over the keys; all are 0 for a query that sees none, such as padding.
  public func attentionWeights(at g: Activations<Scalar>) -> Tensor<Scalar> {
    scores(at: g).softmax(scale: 1 / scoreUnit(of: beta))
  }

  /// 1/beta log sum exp of each query, [batch, heads, queries].
  private func logSums(
    at g: Activations<Scalar>, context: Activations<Scalar>? = nil
  ) -> Tensor<Scalar> {
    let unit = scoreUnit(of: beta)
    let logSum = scores(at: g, context: context).logSumExp(scale: 1 / unit).withoutNegativeInfinity()
    return logSum / (beta * unit).reshaped([1, headCount, 1])
  }

  /// The scores of all pairs in the unit of beta, [batch, heads, queries, keys]: keys are those of the context, where there is
  /// one, but for a token's own.
  private func scores(
    at g: Activations<Scalar>, context: Activations<Scalar>? = nil
  ) -> Tensor<Scalar> {
    let unit = scoreUnit(of: beta)
    let queries = project(g, queryWeights)
    var scores = queries.headScores(project(g, keyWeights), headCount: headCount)
    if let context {
      let own = ownPairs(g)
      scores =
        scores * own + queries.headScores(project(context, keyWeights), headCount: headCount) * (1 - own)
    }
    scores = scores * (beta * unit).reshaped([1, headCount, 1, 1])
    switch bias {
    case .additive(let values): scores = scores + (unit == 1 ? values : values * unit)
    case .multiplicative(let values): scores = scores * values
    case nil: break
    }
    return blockedPairs(g).map { scores + $0 } ?? scores
  }

  /// Queries or keys of all heads, [batch, tokens, heads * key size].
  func project(_ g: Activations<Scalar>, _ weights: Tensor<Scalar>) -> Tensor<Scalar> {
    g.values.projected(by: weights.reshaped([headCount * keySize, dimension]), transposed: true)
  }

  /// 1 where query and key are of the same token, otherwise 0, [1, 1, queries, keys].
  func ownPairs(_ g: Activations<Scalar>) -> Tensor<Scalar> {
    let n = g.values.shape[1]
    return Tensor(
      shape: [1, 1, n, n], elements: (0..<n * n).map { $0 / max(1, n) == $0 % max(1, n) ? 1 : 0 })
  }

  /// 0 for pairs that attention may use and -infinity for others, [batch or 1, 1 or heads, queries, keys]; nil when
  /// all may be used.
  func blockedPairs(_ g: Activations<Scalar>) -> Tensor<Scalar>? {
    var blocked: Tensor<Scalar>?
    if g.mask != nil || !includesSelf || isCausal { blocked = blockedByPosition(g) }
    if case .multiplicative(let weights) = bias {
      // log 1 = 0 keeps a pair, log 0 = -infinity removes it.
      let removed = (1 - weights.detached.equals(.zeros([1, 1, 1, 1]))).logarithm()
      blocked = blocked.map { $0 + removed } ?? removed
    }
    return blocked
  }

  private func blockedByPosition(_ g: Activations<Scalar>) -> Tensor<Scalar> {
    let n = g.values.shape[1]
    let batch = g.mask?.batch ?? 1
    var elements = [Scalar](repeating: 0, count: batch * n * n)
    for example in 0..<batch {
      let isReal = g.mask.map { Array($0.isReal[example * n..<(example + 1) * n]) }
      for query in 0..<n {
        for key in 0..<n {
          let padded = isReal.map { !$0[query] || !$0[key] } ?? false
          if padded || (!includesSelf && query == key) || (isCausal && key > query) {
            elements[(example * n + query) * n + key] = -.infinity
          }
        }
      }
    }
    return Tensor(shape: [batch, 1, n, n], elements: elements)
  }
}
