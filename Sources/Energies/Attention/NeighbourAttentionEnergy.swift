import Foundations
public import Tensors

/// The attention energy of the Energy Transformer on a graph: each node looks at its neighbours alone.
///
///     E = - sum_h 1/beta_h sum_C log sum_{B in N(C)} exp(beta_h K_hB · Q_hC + t_h,CB),   Q = Wq g,  K = Wk g
///
/// N(C) are the neighbours of node C as `Neighbourhoods` says, once for each time they are listed; t are the edge
/// terms. A node without neighbours contributes nothing. All examples of a batch share the graph.
///
/// - Shape: activations [batch, nodes, dimension] give [batch].
/// - Source: Hoover et al. 2023, equations 3 and 4, with B over the neighbours of C as in their section on graphs.
/// - Cost: 4 N D H Y operations an example for projections and 4 H Y a pair for energy and gradient. The closed form
///   takes memory for nodes and pairs; the definition by tensor operations, which derivatives of the energy itself
///   go through, also a few numbers a pair and head.
public struct NeighbourAttentionEnergy<Scalar: TensorScalar>: Energy {
  /// Wq, [heads, key size, dimension].
  public var queryWeights: Tensor<Scalar>
  /// Wk, [heads, key size, dimension].
  public var keyWeights: Tensor<Scalar>
  /// The inverse temperature of each head, [heads].
  public var beta: Tensor<Scalar>
  /// Whether `beta` is a parameter.
  public var learnsBeta: Bool
  /// Whom each node looks at.
  public var neighbourhoods: Neighbourhoods
  /// A number added to the scores of each pair of the graph, [heads or 1, pairs of the graph] in the order of its rows;
  /// -infinity removes a pair.
  ///
  /// A node that sees itself without a self loop in the graph has no term.
  public var edgeTerms: Tensor<Scalar>?

  /// An attention energy over the neighbours of nodes.
  ///
  /// - Parameters:
  ///   - queryWeights: Wq, [heads, key size, dimension].
  ///   - keyWeights: Wk, of the same shape.
  ///   - neighbourhoods: Whom each node looks at.
  ///   - beta: The inverse temperature of each head, [heads]; 1 / sqrt(key size) when nil.
  ///   - learnsBeta: Whether beta is a parameter.
  ///   - edgeTerms: A number added to the scores of each pair of the graph, [heads or 1, pairs].
  public init(
    queryWeights: Tensor<Scalar>, keyWeights: Tensor<Scalar>, neighbourhoods: Neighbourhoods,
    beta: Tensor<Scalar>? = nil, learnsBeta: Bool = false, edgeTerms: Tensor<Scalar>? = nil
  ) {
    require(
      queryWeights.rank == 3 && queryWeights.shape == keyWeights.shape,
      "Wq and Wk have shape [heads, key size, dimension], not \(queryWeights.shape) and \(keyWeights.shape)")
    let heads = queryWeights.shape[0]
    self.queryWeights = queryWeights
    self.keyWeights = keyWeights
    self.beta = beta ?? Tensor(repeating: 1 / Scalar(queryWeights.shape[1]).squareRoot(), shape: [heads])
    require(self.beta.shape == [heads], "beta has shape \(self.beta.shape), not [\(heads)]")
    require(
      self.beta.elements.allSatisfy { $0 > 0 && $0.isFinite },
      "beta must be positive, not \(self.beta.elements)")
    self.learnsBeta = learnsBeta
    self.neighbourhoods = neighbourhoods
    self.edgeTerms = edgeTerms
    checkEdgeTerms()
  }

  /// An attention energy over the neighbours in a square graph, row C holding those of node C.
  public init(
    queryWeights: Tensor<Scalar>, keyWeights: Tensor<Scalar>, graph: CompressedSparseRows,
    includesSelf: Bool = true, beta: Tensor<Scalar>? = nil, learnsBeta: Bool = false,
    edgeTerms: Tensor<Scalar>? = nil
  ) {
    self.init(
      queryWeights: queryWeights, keyWeights: keyWeights,
      neighbourhoods: Neighbourhoods(graph, includesSelf: includesSelf), beta: beta, learnsBeta: learnsBeta,
      edgeTerms: edgeTerms)
  }

  /// The number of heads.
  public var headCount: Int { queryWeights.shape[0] }
  /// The size of a head's queries and keys.
  public var keySize: Int { queryWeights.shape[1] }
  /// The size of a node's activations.
  public var dimension: Int { queryWeights.shape[2] }

  public var name: String { "attention" }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("queryWeights", &queryWeights)
    visit("keyWeights", &keyWeights)
    if learnsBeta { visit("beta", &beta) }
  }

  public mutating func visitContext(_ visit: ParameterVisitor<Scalar>) {
    visit("edgeTerms", &edgeTerms)
  }

  public func energy(at g: Activations<Scalar>) -> Tensor<Scalar> { nodeEnergies(at: g).sum(axes: [1]) }

  /// Whether edge terms fit heads and graph.
  var edgeTermsFit: Bool {
    edgeTerms.map {
      $0.rank == 2 && [1, headCount].contains($0.shape[0]) && $0.shape[1] == neighbourhoods.graph.pairCount
    } ?? true
  }

  func checkEdgeTerms() {
    require(
      edgeTermsFit,
      "edge terms have shape [\(headCount) or 1, \(neighbourhoods.graph.pairCount)], not "
        + "\(edgeTerms?.shape ?? [])")
  }

  func checkNodes(_ g: Activations<Scalar>) {
    require(
      g.values.shape[1] == neighbourhoods.nodeCount && g.values.shape[2] == dimension,
      "activations of shape \(g.values.shape) for \(neighbourhoods.nodeCount) nodes of size \(dimension)")
  }
}
