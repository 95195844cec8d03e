import Tensors

/// Softmax mixtures of all patterns for any number of states: each by the pass that suits it.
struct SoftmaxMixtures<Scalar: TensorScalar> {
  /// sum_mu softmax(beta x·xi)_mu xi_mu, [states, dimension]; the states themselves unless asked for.
  let means: Tensor<Scalar>
  /// log sum_mu e^(beta x·xi_mu) for each state.
  let logSums: [Double]
  private static var statesAtOnce: Int { 1_024 }

  /// Mixtures for the rows of `states`, [states, dimension].
  init(_ source: any PatternSource<Scalar>, states: Tensor<Scalar>, beta: Scalar, mixes: Bool) {
    let peaked = PeakedPass(PatternPass(source), beta: beta)
    let length = min(Self.statesAtOnce, peaked.queriesAtOnce)
    var (parts, logSums): ([Tensor<Scalar>], [Double]) = ([], [])
    for start in stride(from: 0, to: states.shape[0], by: length) {
      let part = states.sliced(axis: 0, start..<min(start + length, states.shape[0]))
      let found = Self.mixtures(PatternPass(source), peaked, part, beta, mixes)
      parts.append(found.means)
      logSums += found.logSums
    }
    means = parts.isEmpty ? states : parts.count == 1 ? parts[0] : .concatenated(parts, axis: 0)
    self.logSums = logSums
  }

  /// The weights above rounding of each state; nil where they are many.
  static func fewWeights(
    _ source: any PatternSource<Scalar>, states: Tensor<Scalar>, beta: Scalar
  ) -> [[PatternWeight]?] {
    let peaked = PeakedPass(PatternPass(source), beta: beta)
    return stride(from: 0, to: states.shape[0], by: min(statesAtOnce, peaked.queriesAtOnce)).flatMap {
      start in
      let end = min(start + min(statesAtOnce, peaked.queriesAtOnce), states.shape[0])
      return tried(peaked, states.sliced(axis: 0, start..<end), mixes: false).map { $0?.weights }
    }
  }

  /// What the peaked pass makes of the states that may suit it; nil for the others.
  private static func tried(
    _ peaked: PeakedPass<Scalar>, _ states: Tensor<Scalar>, mixes: Bool
  ) -> [PeakedPass<Scalar>.Mixture?] {
    let count = states.shape[0]
    let chosen = peaked.mayBePeaked(states).enumerated().filter(\.element).map(\.offset)
    var found = [PeakedPass<Scalar>.Mixture?](repeating: nil, count: count)
    if chosen.isEmpty { return found }
    let results = peaked.run(
      chosen.count == count ? states : states.gathered(chosen, axis: 0), mixes: mixes)
    for (index, query) in chosen.enumerated() { found[query] = results[index] }
    return found
  }

  private static func mixtures(
    _ pass: PatternPass<Scalar>, _ peaked: PeakedPass<Scalar>, _ states: Tensor<Scalar>, _ beta: Scalar,
    _ mixes: Bool
  ) -> (means: Tensor<Scalar>, logSums: [Double]) {
    let count = states.shape[0]
    let found = tried(peaked, states, mixes: mixes)
    let rest = (0..<count).filter { found[$0] == nil }
    if rest.isEmpty && !mixes { return (states, found.map { $0?.logSum ?? 0 }) }
    let dense = SoftmaxPass(
      pass, states: rest.count == count ? states : states.gathered(rest, axis: 0), beta: beta, mixes: mixes)
    if rest.count == count { return (dense.means ?? states, dense.logSum) }
    var logSums = found.map { $0?.logSum ?? 0 }
    for (query, logSum) in zip(rest, dense.logSum) { logSums[query] = logSum }
    guard mixes else { return (states, logSums) }
    let elements = dense.means?.elements ?? []
    var means: [Scalar] = []
    means.reserveCapacity(states.count)
    var row = 0
    for mixture in found {
      if let mixture {
        means += mixture.mean
      } else {
        means += elements[row * pass.dimension..<(row + 1) * pass.dimension]
        row += 1
      }
    }
    return (Tensor(shape: states.shape, elements: means), logSums)
  }
}
