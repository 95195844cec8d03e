public import Tensors

extension DenseAssociativeMemory {
  public func retrieve(_ queries: Tensor<Scalar>, options: RetrievalOptions) -> Retrieval<Scalar> {
    check(queries, "queries")
    options.check()
    if patternCount == 0 { return BinaryStates.withoutPatterns(queries, options) }
    let signs = Self.signs(queries)
    let traces = Parallelism.map(queries.shape[0]) { query in
      let state = Array(signs[query * dimension..<(query + 1) * dimension])
      switch order {
      case .asynchronous(let random): return swept(state, random.child(UInt64(query)), options)
      case .synchronous: return updatedTogether(state, options)
      }
    }
    let states = Tensor(shape: queries.shape, elements: traces.flatMap { $0.state.map { Scalar($0) } })
    return Retrieval(
      states: states, steps: traces.map(\.steps), stopReasons: traces.map(\.stopReason),
      energies: traces.map(\.energies), weights: traces.map { _ in [] },
      fixedPoints: options.classifiesFixedPoints
        ? BinaryStates.fixedPoints(states, patterns: patterns) : traces.map { _ in nil })
  }

  private func swept(
    _ state: [Int8], _ random: RandomStream, _ options: RetrievalOptions
  ) -> BinaryTrace<[Int8]> {
    var random = random
    var trace = BinaryTrace(state: state)
    var overlaps = overlaps(state)
    if options.recordsEnergies { trace.energies.append(table.energy(overlaps)) }
    for _ in 0..<options.stepLimit {
      let flips = sweep(&trace.state, &overlaps, order: random.permutation(of: dimension))
      if flips == 0 {
        trace.stopReason = .converged
        break
      }
      trace.steps += 1
      if options.recordsEnergies { trace.energies.append(table.energy(overlaps)) }
    }
    return trace
  }

  /// Updates every neuron once and returns how many changed.
  private func sweep(_ state: inout [Int8], _ overlaps: inout [Int32], order: [Int]) -> Int {
    var flips = 0
    var reference = table.reference(overlaps)
    for neuron in order {
      let new = sign(neuron, state[neuron], overlaps, reference)
      if new == state[neuron] { continue }
      state[neuron] = new
      flips += 1
      columns.withUnsafeBufferPointer { columns in
        let start = neuron * overlaps.count
        for pattern in overlaps.indices { overlaps[pattern] &+= 2 &* Int32(columns[start + pattern] &* new) }
      }
      reference = table.reference(overlaps)
    }
    return flips
  }

  /// What a neuron becomes.
  private func sign(_ neuron: Int, _ state: Int8, _ overlaps: [Int32], _ reference: Int32) -> Int8 {
    let balance = columns.withUnsafeBufferPointer { columns -> Double in
      guard let start = columns.baseAddress else { return 0 }
      return table.balance(
        start + neuron * overlaps.count, overlaps, count: overlaps.count, state: state, reference: reference)
    }
    return balance == 0 ? state : (balance > 0 ? 1 : -1)
  }

  private func updatedTogether(_ state: [Int8], _ options: RetrievalOptions) -> BinaryTrace<[Int8]> {
    var trace = BinaryTrace(state: state)
    var before: [Int8]?
    for _ in 0..<options.stepLimit {
      let overlaps = overlaps(trace.state)
      let reference = table.reference(overlaps)
      let next = trace.state.indices.map { sign($0, trace.state[$0], overlaps, reference) }
      if next == trace.state {
        trace.stopReason = .converged
        break
      }
      if options.recordsEnergies { trace.energies.append(table.energy(overlaps)) }
      trace.steps += 1
      let isCycle = next == before
      before = trace.state
      trace.state = next
      if isCycle {
        trace.stopReason = .twoCycle
        break
      }
    }
    if options.recordsEnergies { trace.energies.append(table.energy(overlaps(trace.state))) }
    return trace
  }
}
