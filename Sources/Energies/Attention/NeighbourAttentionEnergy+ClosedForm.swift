public import Tensors

/// Derivatives in closed form, as those of `AttentionEnergy` with sums over the pairs of the graph.
///
/// With w the softmax of a query's scores over its neighbours,
///
///     dE/dQ_C = - sum_{B in N(C)} w_CB K_B        dE/dK_B = - sum_{C : B in N(C)} w_CB Q_C
///
/// Along a direction u, the tangents are Wq u of Q, Wk u of K and dw = beta w (e - sum_B w e) of the weights with
/// e = K · Wq u + Q · Wk u; the Hessian-vector product follows by the product rule.
///
/// - Source: derived from equation 4 of Hoover et al. 2023.
/// - Cost: A pair costs 8 H Y operations for energy and gradient and 24 H Y more for the pullback; memory is
///   proportional to nodes times width, and to pairs where there are edge terms or a mask.
extension NeighbourAttentionEnergy: ClosedFormEnergy {
  /// The numbers of a head padded with zeros to whole vectors, which kernels read.
  var paddedKeySize: Int {
    let vector = Scalar.kernels.vectorLength()
    return (keySize + vector - 1) / vector * vector
  }

  /// Wq or Wk for padded heads, [heads * padded key size, dimension].
  func paddedWeights(_ weights: Tensor<Scalar>) -> Tensor<Scalar> {
    weights.padded(axis: 1, before: 0, to: paddedKeySize).reshaped([headCount * paddedKeySize, dimension])
  }

  /// The passes over the pairs of a pattern.
  func passes(_ pattern: SparsePattern, graphPairs: [Int32]?) -> NeighbourPasses<Scalar> {
    NeighbourPasses(
      pattern: pattern, headCount: headCount, size: paddedKeySize, beta: beta.detached,
      terms: edgeTerms.map { NeighbourTerms($0, pattern, graphPairs: graphPairs) })
  }

  /// The passes of all examples, without pairs with padding.
  private func passes(_ mask: TokenMask?, batch: Int) -> [NeighbourPasses<Scalar>] {
    guard let mask else {
      let shared = passes(neighbourhoods.pattern, graphPairs: neighbourhoods.graphPairs)
      return Array(repeating: shared, count: batch)
    }
    let nodes = neighbourhoods.nodeCount
    return (0..<batch).map { example in
      let numbers = (0..<nodes).map { mask.isReal[example * nodes + $0] ? Int32($0) : -1 }
      let found = neighbourhoods.restricted(to: numbers, count: nodes)
      return passes(found.pattern, graphPairs: found.graphPairs)
    }
  }

  public func energyAndGradient(at g: Activations<Scalar>) -> EnergyAndGradient<Scalar> {
    let pass = NeighbourPass(self, g, passes(g.mask, batch: g.values.shape[0]))
    pass.answerKeys()
    return EnergyAndGradient(
      energy: EnergyByPart([(name, -pass.totals)]),
      gradient: -unproject(pass.ofQueries, pass.ofKeys))
  }

  /// The shares of the nodes, without their sign, [batch, nodes].
  func closedNodeEnergies(at g: Activations<Scalar>) -> Tensor<Scalar> {
    NeighbourPass(self, g, passes(g.mask, batch: g.values.shape[0])).energies
  }

  /// A derivative with respect to activations from those with respect to queries and keys.
  private func unproject(_ queries: Tensor<Scalar>, _ keys: Tensor<Scalar>) -> Tensor<Scalar> {
    queries.projected(by: paddedWeights(queryWeights)) + keys.projected(by: paddedWeights(keyWeights))
  }

  public func gradientPullback(
    at g: Activations<Scalar>, direction: Tensor<Scalar>
  ) -> GradientPullback<Scalar> {
    let pass = NeighbourPass(self, g, passes(g.mask, batch: g.values.shape[0]))
    pass.answerKeys()
    // All tangents are of -E, whose derivatives carry no signs.
    let tangents = pass.tangents(along: g.with(direction))
    var dependencies = [
      weightGradient(tangents.ofQueries, g.values, pass.ofQueries, direction),
      weightGradient(tangents.ofKeys, g.values, pass.ofKeys, direction),
    ]
    if learnsBeta { dependencies.append(-tangents.ofBeta) }
    if let terms = tangents.ofTerms { dependencies.append(-terms) }
    return GradientPullback(
      hessianVectorProduct: -unproject(tangents.ofQueries, tangents.ofKeys), dependencies: dependencies)
  }

  /// -(tangentᵀ g + answerᵀ u), summed over batch and nodes, [heads, key size, dimension].
  private func weightGradient(
    _ tangent: Tensor<Scalar>, _ g: Tensor<Scalar>, _ answer: Tensor<Scalar>, _ u: Tensor<Scalar>
  ) -> Tensor<Scalar> {
    func product(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Tensor<Scalar> {
      a.reshaped([a.shape[0] * a.shape[1], a.shape[2]])
        .matrixProduct(b.reshaped([b.shape[0] * b.shape[1], b.shape[2]]), transposed: true)
    }
    return -(product(tangent, g) + product(answer, u)).reshaped([headCount, paddedKeySize, dimension])
      .sliced(axis: 1, 0..<keySize)
  }
}
