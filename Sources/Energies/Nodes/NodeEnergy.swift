import Foundations
public import Tensors

/// Nodes of a graphical model, each of which is explained by one of its parents: mixtures, memories, cross attention, self
/// attention and slots as one energy.
///
///     E = - sum_h 1/beta_h sum_C log sum_P exp(beta_h s_h(C, P) + a_P)
///     s_h = (Vk P) · (Vq C)   or   - ½ |Vq C - Vk P|²
///
/// C are the children, P their parents; a are log priors. What falls is the surprise of the children, so that tokens that are
/// children move towards a mixture of their parents, and tokens that are parents towards the children they explain.
///
/// | children | parents | it is |
/// | --- | --- | --- |
/// | tokens | learned, by distances | a mixture of Gaussians, descended in the data: ``mixture(means:logPriors:beta:)`` |
/// | tokens | learned, by products | a softmax memory, `HopfieldEnergy` |
/// | tokens | tokens | self attention, `AttentionEnergy` |
/// | tokens | given | cross attention: ``crossAttention(to:queryWeights:keyWeights:beta:)`` |
/// | given | tokens | slots: ``slots(explaining:inputWeights:slotWeights:beta:)`` |
///
/// - Shape: activations [batch, tokens, dimension] give [batch].
/// - Source: Tschantz 2025, "Attention via log sum exp energy", whose graph has one such term for each node; Locatello et al. 2020
///   for slots.
/// - Cost: 2 C P H Y operations an example, and the projections.
public struct NodeEnergy<Scalar: TensorScalar>: Energy {
  /// How well a parent explains a child.
  public enum Similarity: Sendable, Equatable {
    /// Vk P · Vq C.
    case product
    /// - ½ |Vq C - Vk P|².
    case squaredDistance
  }

  /// C, one of which every term is about.
  public var children: NodeSet<Scalar>
  /// P, among which a child chooses.
  public var parents: NodeSet<Scalar>
  /// Vq, [heads, key size, dimension of the children]; one head of the vectors themselves when nil.
  public var childWeights: Tensor<Scalar>?
  /// Vk, [heads, key size, dimension of the parents]; one head of the vectors themselves when nil.
  public var parentWeights: Tensor<Scalar>?
  /// a, [parents], of parents that are learned; all 0 when nil.
  public var logPriors: Tensor<Scalar>?
  /// How well a parent explains a child.
  public let similarity: Similarity
  /// The inverse temperature of each head, [heads].
  public let beta: Tensor<Scalar>

  /// An energy of children and parents, one of which is the tokens.
  public init(
    children: NodeSet<Scalar>, parents: NodeSet<Scalar>, similarity: Similarity, beta: Tensor<Scalar>,
    childWeights: Tensor<Scalar>? = nil, parentWeights: Tensor<Scalar>? = nil,
    logPriors: Tensor<Scalar>? = nil
  ) {
    require(children.isTokens || parents.isTokens, "neither the children nor the parents are the tokens")
    for fault in [children.fault, parents.fault] { require(fault == nil, fault ?? "") }
    let heads = childWeights?.shape[0] ?? parentWeights?.shape[0] ?? 1
    for weights in [childWeights, parentWeights] {
      require(
        weights.map { $0.rank == 3 && $0.shape[0] == heads } ?? (heads == 1),
        "weights of nodes have shape [\(heads), key size, dimension], not \(weights?.shape ?? [])")
    }
    checkBetas(beta, heads: heads)
    if let logPriors {
      guard case .learned(let vectors) = parents, logPriors.shape == [vectors.shape[1]] else {
        fatalError("log priors of shape \(logPriors.shape) belong to as many learned parents")
      }
    }
    self.children = children
    self.parents = parents
    self.similarity = similarity
    self.beta = beta
    self.childWeights = childWeights
    self.parentWeights = parentWeights
    self.logPriors = logPriors
  }

  public var name: String { "nodes" }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    children.visitLearned("children", visit)
    parents.visitLearned("parents", visit)
    visit("childWeights", &childWeights)
    visit("parentWeights", &parentWeights)
    visit("logPriors", &logPriors)
  }

  public mutating func visitContext(_ visit: ParameterVisitor<Scalar>) {
    children.visitGiven("children", visit)
    parents.visitGiven("parents", visit)
  }

  public func energy(at g: Activations<Scalar>) -> Tensor<Scalar> {
    let heads = beta.count
    let queries = projected(children.values(g), childWeights)
    let keys = projected(parents.values(g), parentWeights)
    require(
      queries.shape[2] == keys.shape[2],
      "children of size \(queries.shape[2]) are compared with parents of size \(keys.shape[2])")
    let unit = scoreUnit(of: beta)
    let share = beta * unit
    var scores = queries.headScores(keys, headCount: heads)
    if similarity == .squaredDistance {
      scores = scores - halfSquares(keys, heads).expanded(axis: 2)
    }
    scores = scores * share.reshaped([1, heads, 1, 1])
    if let logPriors { scores = scores + (logPriors * unit).reshaped([1, 1, 1, logPriors.count]) }
    if parents.isTokens, let blocked = g.blockedKeys { scores = scores + blocked }
    var logSums = scores.logSumExp(scale: 1 / unit) / share.reshaped([1, heads, 1])
    // The square of the child is the same for all its parents.
    if similarity == .squaredDistance { logSums = logSums - halfSquares(queries, heads) }
    if children.isTokens { return -g.sumOfQueries(logSums) }
    guard let mask = g.mask else { return -logSums.sum(axes: [1, 2]) }
    // Children without a parent, all tokens being padding, count as nothing.
    let areThere = mask.tensor(Scalar.self).maximum(axis: 1).reshaped([mask.batch, 1, 1])
    return -(logSums.withoutNegativeInfinity() * areThere).sum(axes: [1, 2])
  }

  /// Vectors of all heads, [batch, nodes, heads * key size].
  private func projected(_ values: Tensor<Scalar>, _ weights: Tensor<Scalar>?) -> Tensor<Scalar> {
    guard let weights else { return values }
    return values.projected(
      by: weights.reshaped([weights.shape[0] * weights.shape[1], weights.shape[2]]), transposed: true)
  }

  /// ½ |v|² for each head and node, [batch, heads, nodes].
  private func halfSquares(_ vectors: Tensor<Scalar>, _ heads: Int) -> Tensor<Scalar> {
    let shape = vectors.shape
    return vectors.squared().reshaped([shape[0], shape[1], heads, shape[2] / max(1, heads)])
      .sum(axes: [3]).permuted([0, 2, 1]) / 2
  }
}
