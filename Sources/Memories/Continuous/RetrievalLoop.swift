import Tensors

/// Repeats the update of a continuous memory until each query rests; resting queries are left out of the next
/// pass.
struct RetrievalLoop<Scalar: TensorScalar> {
  private let options: RetrievalOptions
  /// The largest distance that an update moves a resting state.
  private let tolerance: Double
  private let dimension: Int
  private var states: [Scalar]
  private var active: [Int]
  private(set) var steps: [Int]
  private(set) var stopReasons: [RetrievalStop]
  private(set) var energies: [[Double]]

  /// Queries of shape [queries, dimension] for a memory whose largest pattern has this norm.
  init(_ queries: Tensor<Scalar>, largestNorm: @autoclosure () -> Double, options: RetrievalOptions) {
    options.check()
    self.options = options
    // The norm may take a pass over all patterns. If it is infinite, no distance is small.
    let norm = options.tolerance == 0 ? 0 : largestNorm()
    tolerance = norm.isFinite ? options.tolerance * norm : 0
    dimension = queries.shape[1]
    states = queries.elements
    steps = [Int](repeating: 0, count: queries.shape[0])
    stopReasons = [RetrievalStop](repeating: .stepLimit, count: queries.shape[0])
    energies = [[Double]](repeating: [], count: queries.shape[0])
    active = []
    for query in steps.indices {
      if isFinite(query) { active.append(query) } else { stopReasons[query] = .nonFinite }
    }
  }

  /// The queries that are finite and stayed so, in order: those that are reported on.
  var finite: [Int] { steps.indices.filter { stopReasons[$0] != .nonFinite } }

  /// The states of some queries, [queries, dimension].
  func tensor(_ queries: [Int]) -> Tensor<Scalar> {
    Tensor(shape: [queries.count, dimension]) { out in
      states.withUnsafeBufferPointer { states in
        guard let start = states.baseAddress else { return }
        for (row, query) in queries.enumerated() {
          (out + row * dimension).update(from: start + query * dimension, count: dimension)
        }
      }
    }
  }

  /// The states of all queries.
  var tensor: Tensor<Scalar> { tensor(Array(steps.indices)) }

  /// Updates by `evaluate`, which is given the states of the queries that still move.
  mutating func run(_ evaluate: (Tensor<Scalar>) -> UpdateEvaluation<Scalar>) {
    for _ in 0..<options.stepLimit {
      if active.isEmpty { return }
      take(evaluate(tensor(active)))
    }
  }

  private mutating func take(_ found: UpdateEvaluation<Scalar>) {
    var moving: [Int] = []
    for (row, query) in active.enumerated() {
      guard found.isReached[row] else {
        stopReasons[query] = .noMemory
        continue
      }
      guard let distance = move(query, to: row, of: found.next) else {
        stopReasons[query] = .nonFinite
        continue
      }
      steps[query] += 1
      if options.recordsEnergies { energies[query].append(found.energies[row]) }
      if distance <= tolerance { stopReasons[query] = .converged } else { moving.append(query) }
    }
    active = moving
  }

  /// Replaces a query's state by a row and returns the distance between them; nil, and the old state stays, where the row
  /// is not finite.
  private mutating func move(_ query: Int, to row: Int, of next: Tensor<Scalar>) -> Double? {
    let (dimension, difference) = (dimension, Storage<Scalar>(count: dimension))
    return states.withUnsafeMutableBufferPointer { states -> Double? in
      next.withElements { next -> Double? in
        guard let start = states.baseAddress, let other = next.baseAddress else { return 0 }
        let (old, new) = (start + query * dimension, other + row * dimension)
        Scalar.kernels.combine(count: dimension, a: 1, x: new, b: -1, y: old, z: difference.pointer)
        let distance = EuclideanNorm.of(difference.pointer, count: dimension)
        guard distance.isFinite || (0..<dimension).allSatisfy({ new[$0].isFinite }) else { return nil }
        old.update(from: new, count: dimension)
        return distance
      }
    }
  }

  private func isFinite(_ query: Int) -> Bool {
    states.withUnsafeBufferPointer { states in
      guard let start = states.baseAddress else { return true }
      let state = start + query * dimension
      // A sum of squares is finite unless a number is not, or squares overflow: only then look at each.
      return Scalar.kernels.dot(count: dimension, state, state).isFinite
        || (0..<dimension).allSatisfy { state[$0].isFinite }
    }
  }

  /// Ends the energies of finite queries with those of their last states. An energy that is not a number comes of scores
  /// that are not: its query has left the finite numbers.
  mutating func recordLast(_ last: [Double]) {
    for (query, energy) in zip(finite, last) {
      if energy.isNaN { stopReasons[query] = .nonFinite } else { energies[query].append(energy) }
    }
  }

  /// Leaves out of reports the finite queries whose scores are not numbers where they stopped: `isLost` of each.
  mutating func leaveOut(_ isLost: [Bool]) {
    for (query, isLost) in zip(finite, isLost) where isLost { stopReasons[query] = .nonFinite }
  }

  /// The result, given the weights and fixed points of each finite query.
  func retrieval(weights: [[PatternWeight]], fixedPoints: [FixedPoint?]) -> Retrieval<Scalar> {
    var allWeights = [[PatternWeight]](repeating: [], count: steps.count)
    var allFixedPoints = [FixedPoint?](repeating: nil, count: steps.count)
    for (row, query) in finite.enumerated() {
      if !weights.isEmpty { allWeights[query] = weights[row] }
      if !fixedPoints.isEmpty { allFixedPoints[query] = fixedPoints[row] }
    }
    return Retrieval(
      states: tensor, steps: steps, stopReasons: stopReasons, energies: energies, weights: allWeights,
      fixedPoints: allFixedPoints)
  }
}

/// What a continuous memory finds at some states.
struct UpdateEvaluation<Scalar: TensorScalar> {
  /// The states after one update, [states, dimension].
  let next: Tensor<Scalar>
  /// The energies before it; empty where they were not asked for.
  let energies: [Double]
  /// Whether a pattern reaches the state.
  let isReached: [Bool]
}
