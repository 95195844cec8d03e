import Energies
public import Tensors

extension ModernHopfieldNetwork {
  /// What is asked for of the weights at states where queries stopped: tile by tile, all weights of a tile at
  /// once.
  func report(
    _ states: Tensor<Scalar>, _ options: RetrievalOptions
  ) -> (weights: [[PatternWeight]], fixedPoints: [FixedPoint?]) {
    guard patternCount > 0 && (options.weightLimit > 0 || options.tellsKind) else { return ([], []) }
    let (count, length) = (states.shape[0], PatternPass(source).queriesWithAllScores)
    var weights: [[PatternWeight]] = []
    var fixedPoints: [FixedPoint?] = []
    for start in stride(from: 0, to: count, by: length) {
      let tile = states.sliced(axis: 0, start..<min(start + length, count))
      let rows = self.weights(at: tile)
      if options.weightLimit > 0 {
        weights += each(rows) { WeightRows.largest($0, limit: options.weightLimit) }
      }
      if options.tellsKind {
        let radii = options.measuresSpectralRadius ? spectralRadii(weights: rows) : nil
        let largest = rows.maximum(axis: 1).elements
        fixedPoints += each(rows) { WeightRows.dominantCount($0) }.enumerated().map { row, count in
          FixedPoint(
            kind: FixedPointKind(dominantCount: count, patternCount: patternCount), dominantCount: count,
            largestWeight: Double(largest[row]), spectralRadius: radii?[row])
        }
      }
    }
    return (weights, fixedPoints)
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
  /// iteration.
  ///
  /// The Jacobian is symmetric and has no eigenvalue below 0, so the radius is its largest eigenvalue. It is
  /// never formed: an iteration goes twice over the patterns.
  ///
  /// - Cost: 4 N D operations a state and iteration, at most 200 of them.
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
