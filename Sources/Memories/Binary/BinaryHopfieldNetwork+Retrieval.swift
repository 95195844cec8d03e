public import Tensors

extension BinaryHopfieldNetwork {
  public func retrieve(_ queries: Tensor<Scalar>, options: RetrievalOptions) -> Retrieval<Scalar> {
    check(queries, "queries")
    options.check()
    if patternCount == 0 { return BinaryStates.withoutPatterns(queries, options) }
    let traces: [BinaryTrace<Tensor<Scalar>>]
    switch order {
    case .asynchronous(let random):
      traces = Parallelism.map(queries.shape[0]) { query in
        swept(queries.sliced(axis: 0, query..<query + 1), random.child(UInt64(query)), options)
      }
    case .synchronous:
      traces = updatedTogether(queries, options)
    }
    let states = traces.isEmpty ? queries : Tensor.concatenated(traces.map(\.state), axis: 0)
    return Retrieval(
      states: states, steps: traces.map(\.steps), stopReasons: traces.map(\.stopReason),
      energies: traces.map(\.energies), weights: traces.map { _ in [] },
      fixedPoints: options.classifiesFixedPoints
        ? BinaryStates.fixedPoints(states, patterns: patterns) : traces.map { _ in nil })
  }

  // MARK: One neuron after the other

  private func swept(
    _ query: Tensor<Scalar>, _ random: RandomStream, _ options: RetrievalOptions
  ) -> BinaryTrace<Tensor<Scalar>> {
    var random = random
    var trace = BinaryTrace(state: query)
    let (state, fields) = (Storage<Scalar>(count: dimension), Storage<Scalar>(count: dimension))
    query.withElements { elements in
      if let start = elements.baseAddress { state.pointer.update(from: start, count: dimension) }
    }
    measure(state, into: fields)
    if options.recordsEnergies { trace.energies.append(energy(state, fields)) }
    for _ in 0..<options.stepLimit {
      let flips = sweep(state, fields, order: random.permutation(of: dimension))
      if flips == 0 {
        trace.stopReason = .converged
        break
      }
      trace.steps += 1
      // What flips added to the fields has rounded, unless they are whole numbers.
      if rule == .pseudoInverse { measure(state, into: fields) }
      if options.recordsEnergies { trace.energies.append(energy(state, fields)) }
    }
    trace.state = Tensor(shape: query.shape, storage: state)
    return trace
  }

  /// Updates every neuron once and returns how many changed.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  private func sweep(_ state: Storage<Scalar>, _ fields: Storage<Scalar>, order: [Int]) -> Int {
    let bound = smallestField
    var flips = 0
    couplings.withElements { elements in
      guard let start = elements.baseAddress else { return }
      for neuron in order {
        let field = fields.pointer[neuron]
        if abs(field) <= bound || (field > 0) == (state.pointer[neuron] > 0) { continue }
        let new: Scalar = field > 0 ? 1 : -1
        state.pointer[neuron] = new
        Scalar.kernels.accumulate(
          count: dimension, scale: 2 * new, x: start + neuron * dimension, y: fields.pointer)
        flips += 1
      }
    }
    return flips
  }

  /// fields <- couplings state; the couplings are symmetric.
  private func measure(_ state: Storage<Scalar>, into fields: Storage<Scalar>) {
    couplings.withElements { elements in
      guard let start = elements.baseAddress else { return }
      for neuron in 0..<dimension {
        fields.pointer[neuron] = Scalar(
          Scalar.kernels.dot(count: dimension, start + neuron * dimension, state.pointer))
      }
    }
  }

  private func energy(_ state: Storage<Scalar>, _ fields: Storage<Scalar>) -> Double {
    -Double(factor) / 2 * Scalar.kernels.dot(count: dimension, state.pointer, fields.pointer)
  }

  // MARK: All neurons at once

  private func updatedTogether(
    _ queries: Tensor<Scalar>, _ options: RetrievalOptions
  ) -> [BinaryTrace<Tensor<Scalar>>] {
    var traces = (0..<queries.shape[0]).map { BinaryTrace(state: queries.sliced(axis: 0, $0..<$0 + 1)) }
    var before = [Tensor<Scalar>?](repeating: nil, count: traces.count)
    var active = Array(traces.indices)
    for _ in 0..<options.stepLimit {
      if active.isEmpty { break }
      let states = Tensor.concatenated(active.map { traces[$0].state }, axis: 0)
      let fields = states.matrixProduct(couplings)
      let next = signs(fields, keeping: states)
      let energies = options.recordsEnergies ? energies(states, fields) : []
      var moving: [Int] = []
      for (row, query) in active.enumerated() {
        let new = next.sliced(axis: 0, row..<row + 1)
        let old = traces[query].state
        if same(new, old) {
          traces[query].stopReason = .converged
          continue
        }
        if options.recordsEnergies { traces[query].energies.append(energies[row]) }
        traces[query].steps += 1
        traces[query].state = new
        if let before = before[query], same(new, before) {
          traces[query].stopReason = .twoCycle
          continue
        }
        before[query] = old
        moving.append(query)
      }
      active = moving
    }
    if options.recordsEnergies { recordLast(&traces) }
    return traces
  }

  private func recordLast(_ traces: inout [BinaryTrace<Tensor<Scalar>>]) {
    if traces.isEmpty { return }
    let states = Tensor.concatenated(traces.map(\.state), axis: 0)
    let last = energies(states, states.matrixProduct(couplings))
    for query in traces.indices { traces[query].energies.append(last[query]) }
  }

  private func energies(_ states: Tensor<Scalar>, _ fields: Tensor<Scalar>) -> [Double] {
    (states * fields).sum(axes: [1]).elements.map { -Double(factor) / 2 * Double($0) }
  }

  /// The sign of each field; where it is 0, the state.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  private func signs(_ fields: Tensor<Scalar>, keeping states: Tensor<Scalar>) -> Tensor<Scalar> {
    let bound = smallestField
    let elements = zip(fields.elements, states.elements).map { field, state -> Scalar in
      abs(field) <= bound ? state : (field > 0 ? 1 : -1)
    }
    return Tensor(shape: fields.shape, elements: elements)
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  private func same(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Bool {
    a.withElements { a in b.withElements { b in a.elementsEqual(b) } }
  }
}
