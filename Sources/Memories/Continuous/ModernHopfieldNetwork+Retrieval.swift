import Energies
public import Tensors

extension ModernHopfieldNetwork {
  public func retrieve(_ queries: Tensor<Scalar>, options: RetrievalOptions) -> Retrieval<Scalar> {
    checkRows(queries, "queries")
    var loop = RetrievalLoop(queries, largestNorm: source.largestNorm, options: options)
    loop.run { evaluate($0, energies: options.recordsEnergies) }
    if options.recordsEnergies { loop.recordLast(energies(at: loop.tensor(loop.finite))) }
    let report = report(loop.tensor(loop.finite), options)
    loop.leaveOut(report.isLost)
    return loop.retrieval(weights: report.weights, fixedPoints: report.fixedPoints)
  }

  func evaluate(_ states: Tensor<Scalar>, energies wanted: Bool) -> UpdateEvaluation<Scalar> {
    let count = states.shape[0]
    guard patternCount > 0 else {
      let energies = wanted ? squares(of: states).map { $0 / 2 } : []
      return UpdateEvaluation(
        next: states, energies: energies, isReached: [Bool](repeating: false, count: count))
    }
    let (next, conjugates) = updateAndConjugates(states)
    return UpdateEvaluation(
      next: next, energies: wanted ? energies(at: states, conjugates) : [],
      isReached: [Bool](repeating: true, count: count))
  }

  private func updateAndConjugates(_ states: Tensor<Scalar>) -> (Tensor<Scalar>, [Double]) {
    if weighting == .softmax {
      let found = SoftmaxMixtures(source, states: states, beta: beta, mixes: true)
      return (found.means, found.logSums)
    }
    let found = sparseMixtures(states)
    let next = Tensor<Scalar>(shape: states.shape) { out in
      Parallelism.forEach(found.count) { row in
        let patterns = source.gathered(found[row].patterns)
        (out + row * dimension).update(repeating: patterns.count == 0 ? .nan : 0, count: dimension)
        patterns.withElements { elements in
          guard let start = elements.baseAddress else { return }
          for (index, weight) in found[row].weights.enumerated() {
            Scalar.kernels.accumulate(
              count: dimension, scale: Scalar(weight), x: start + index * dimension, y: out + row * dimension)
          }
        }
      }
    }
    return (next, found.map(\.conjugate))
  }

  /// The patterns with a weight above 0, their weights, and Omega*, for each state.
  func sparseMixtures(
    _ states: Tensor<Scalar>
  ) -> [(patterns: [Int], weights: [Double], conjugate: Double)] {
    let pass = ShortlistPass(
      PatternPass(source), bound: .belowLargest(weighting.margin), queryCount: states.shape[0])
    let lists = pass.run(states, scale: beta)
    return Parallelism.map(lists.count) { row in
      // Scores that are not numbers leave nothing to mix: such a query is stopped.
      guard let list = lists[row], let largest = list.first?.score else { return ([], [], .nan) }
      let distances = list.map { $0.score - largest }
      let weights = weighting.sparseWeights(distances: distances)
      let support = weights.indices.filter { weights[$0] > 0 }
      return (
        support.map { list[$0].pattern }, support.map { weights[$0] },
        weighting.conjugate(largest: largest, distances: distances, weights: weights)
      )
    }
  }

  func energies(at states: Tensor<Scalar>) -> [Double] {
    if patternCount == 0 { return squares(of: states).map { $0 / 2 } }
    if weighting == .softmax {
      let found = SoftmaxMixtures(source, states: states, beta: beta, mixes: false)
      return energies(at: states, found.logSums)
    }
    return energies(at: states, sparseMixtures(states).map(\.conjugate))
  }

  private func energies(at states: Tensor<Scalar>, _ conjugates: [Double]) -> [Double] {
    let beta = Double(beta)
    let constant =
      weighting.largestEntropy(of: patternCount) / beta + source.largestNorm * source.largestNorm / 2
    return zip(squares(of: states), conjugates).map { $0 / 2 - $1 / beta + constant }
  }

  /// |x|² of each row.
  private func squares(of states: Tensor<Scalar>) -> [Double] {
    states.withElements { elements in
      guard let start = elements.baseAddress else { return [] }
      return (0..<states.shape[0]).map { row in
        let state = start + row * dimension
        return Scalar.kernels.dot(count: dimension, state, state)
      }
    }
  }
}
