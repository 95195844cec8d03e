public import Tensors

extension Retrieval {
  /// The mean number of updates of a query.
  public var meanSteps: Double { Double(steps.reduce(0, +)) / Double(steps.count) }

  /// The share of a kind among the fixed points that were told; 0 where none was.
  public func share(of kind: FixedPointKind) -> Double {
    let told = fixedPoints.compactMap(\.self)
    return Double(told.count { $0.kind == kind }) / Double(max(1, told.count))
  }

  /// The median of the least number of weights that make 90 %, the upper one of two middle ones; nil where none was told.
  public var medianDominantCount: Int? {
    let counts = fixedPoints.compactMap { $0?.dominantCount }.sorted()
    return counts.isEmpty ? nil : counts[counts.count / 2]
  }

  /// The largest spectral radius of the update's Jacobian at a fixed point; nil where none was measured.
  public var largestSpectralRadius: Double? { fixedPoints.compactMap { $0?.spectralRadius }.max() }

  /// The different states, [1, dimension] each, of queries that stopped for one of some reasons, or for any where nil:
  /// those that are farther than `distance` from all before them.
  public func distinctStates(within distance: Double, stopped reasons: [RetrievalStop]? = nil) -> [Tensor<
    Scalar
  >] {
    var kept: [Tensor<Scalar>] = []
    for query in stopReasons.indices where reasons?.contains(stopReasons[query]) ?? true {
      let state = states.sliced(axis: 0, query..<query + 1)
      if !kept.contains(where: { $0.rowDistances(to: state)[0] <= distance }) { kept.append(state) }
    }
    return kept
  }
}
