import Energies
public import Tensors

extension ModernHopfieldNetwork {
  /// What is reported of the states where queries stopped, without those whose scores are not numbers.
  struct Report {
    var weights: [[PatternWeight]] = []
    var fixedPoints: [FixedPoint?] = []
    /// For each state, whether its scores are not numbers.
    var isLost: [Bool] = []
  }

  /// What is asked for of the weights at states where queries stopped.
  func report(_ states: Tensor<Scalar>, _ options: RetrievalOptions) -> Report {
    guard patternCount > 0 && (options.weightLimit > 0 || options.classifiesFixedPoints) else {
      return Report()
    }
    let count = states.shape[0]
    // The Jacobian takes the weights of all patterns.
    var shares =
      options.measuresSpectralRadius
      ? [[PatternWeight]?](repeating: nil, count: count) : fewWeights(at: states)
    var radii = [Double?](repeating: nil, count: count)
    var counts = shares.map { $0.map(WeightRows.dominantCount) }
    let rest = (0..<count).filter { shares[$0] == nil }
    let length = PatternPass(source).queriesWithAllScores
    for start in stride(from: 0, to: rest.count, by: length) {
      let tile = Array(rest[start..<min(start + length, rest.count)])
      let rows = weights(at: states.gathered(tile, axis: 0))
      let largest = each(rows) { WeightRows.largest($0, limit: max(1, options.weightLimit)) }
      let dominant = options.classifiesFixedPoints ? each(rows) { DominantWeights.count($0) } : []
      let found =
        options.classifiesFixedPoints && options.measuresSpectralRadius ? spectralRadii(weights: rows) : []
      for (row, query) in tile.enumerated() {
        shares[query] = largest[row]
        if options.classifiesFixedPoints { counts[query] = dominant[row] }
        if !found.isEmpty { radii[query] = found[row] }
      }
    }
    // No weight is above 0 where scores are not numbers.
    let kept = (0..<count).filter { shares[$0]?.isEmpty == false }
    return Report(
      weights: options.weightLimit > 0
        ? kept.map { Array((shares[$0] ?? []).prefix(options.weightLimit)) } : [],
      fixedPoints: options.classifiesFixedPoints
        ? kept.map { fixedPoint(shares[$0] ?? [], counts[$0] ?? 1, radius: radii[$0]) } : [],
      isLost: shares.map { $0?.isEmpty ?? true })
  }

  private func fixedPoint(_ shares: [PatternWeight], _ count: Int, radius: Double?) -> FixedPoint {
    FixedPoint(
      kind: FixedPointKind(dominantCount: count, patternCount: patternCount), dominantCount: count,
      largestWeight: shares.first?.weight ?? 0, spectralRadius: radius)
  }

  /// All weights above 0, or above rounding, of each state, falling, from one pass; nil where they are many.
  private func fewWeights(at states: Tensor<Scalar>) -> [[PatternWeight]?] {
    guard weighting == .softmax else {
      return sparseMixtures(states).map { found in
        found.patterns.isEmpty
          ? nil
          : WeightRows.falling(
            zip(found.patterns, found.weights).map { PatternWeight(pattern: $0, weight: $1) })
      }
    }
    return SoftmaxMixtures.fewWeights(source, states: states, beta: beta)
      .map { $0.map(WeightRows.falling) }
  }

  private func each<Result>(
    _ rows: Tensor<Scalar>, _ body: (UnsafeBufferPointer<Scalar>) -> Result
  ) -> [Result] {
    let columns = rows.shape[1]
    return rows.withElements { elements in
      Parallelism.map(rows.shape[0]) { row in
        body(UnsafeBufferPointer(rebasing: elements[row * columns..<(row + 1) * columns]))
      }
    }
  }

  /// The spectral radius of the Jacobian of the update at each row of [states, dimension], by power
  /// iteration; NaN where the weights are.
  ///
  /// The Jacobian is symmetric and has no eigenvalue below 0, so the radius is its largest eigenvalue. It is
  /// never formed: an iteration goes twice over the patterns.
  ///
  /// - Cost: 4 N D operations per state and iteration, at most 200 of them.
  public func spectralRadii(at states: Tensor<Scalar>) -> [Double] {
    let length = PatternPass(source).queriesWithAllScores
    return stride(from: 0, to: states.shape[0], by: length).flatMap { start in
      spectralRadii(
        weights: weights(at: states.sliced(axis: 0, start..<min(start + length, states.shape[0]))))
    }
  }

  private func spectralRadii(weights: Tensor<Scalar>) -> [Double] {
    PowerIteration.largestEigenvalues(count: weights.shape[0], dimension: dimension) {
      jacobianProduct(weights: weights, $0)
    }
  }

  /// The Jacobian of the update at each state times a direction for each, [states, dimension]:
  ///
  ///     J v = beta sum_mu s_mu (xi_mu·v - sum_nu s_nu xi_nu·v / sum s) xi_mu        s = p^(2 - alpha)
  ///
  /// - Source: Ramsauer et al. 2020, Lemma A2, for softmax.
  package func jacobianProduct(weights: Tensor<Scalar>, _ directions: Tensor<Scalar>) -> Tensor<Scalar> {
    let pass = PatternPass(source)
    let s = weighting.sensitivity(weights)
    let overlaps = pass.scores(directions, scale: beta)
    let total = s.sum(axes: [1], keepingDimensions: true)
    let mean = (s * overlaps).sum(axes: [1], keepingDimensions: true) / total
    return pass.mixtures(s * (overlaps - mean))
  }
}
