import Energies
import Foundations
import Tensors

/// The gradient path that stores one state per step and computes each step again in the backward pass.
extension EnergyDescent {
  func runRecomputed(from tokens: Tokens<Scalar>, recording: [Recording<Scalar>]) -> DescentResult<Scalar> {
    let ofEnergy = energy.dependencies.values
    let others = otherParameters
    let plain = detached.preparedForSteps
    let mask = tokens.mask
    let start = Tokens(tokens.values.detached, mask: mask)
    let ranges = pieces(of: start)
    let runs = Parallelism.map(ranges.count) {
      plain.examples(ranges[$0]).runStored(from: start.examples(ranges[$0]), recording: recording)
    }
    let stored = runs.map(\.steps)
    guard runs.allSatisfy({ $0.result.stopReason.isFinite }) else {
      // The pieces stopped at different steps: run the batch as one.
      return runInPlace(from: tokens, recording: recording)
    }
    let last = Tensor.concatenated(runs.map(\.result.tokens.values), axis: 0)

    let values = Tensor.differentiable(last, inputs: [tokens.values] + ofEnergy + others) { pull in
      if pull.isDifferentiated {
        // A second derivative needs the whole graph: run again, unrolled.
        return pull.byDifferentiating { variables in
          let ofEnergy = variables[1...].prefix(ofEnergy.count)
          let tracked = plain.replacing(ofEnergy, Array(variables.suffix(others.count)))
          return tracked.runInPlace(from: Tokens(variables[0], mask: mask), recording: []).tokens.values
        }
      }
      let cotangents = Parallelism.map(ranges.count) { index in
        plain.examples(ranges[index]).pullback(
          stored[index], mask: mask?.examples(ranges[index]),
          cotangent: pull.cotangent.sliced(axis: 0, ranges[index]))
      }
      let ofTokens = Tensor.concatenated(cotangents.map { $0[0] }, axis: 0)
      return [ofTokens]
        + cotangents[0].indices.dropFirst().map { index in
          cotangents.dropFirst().reduce(cotangents[0][index]) { $0 + $1[index] }
        }
    }
    let final = Tokens(values, mask: mask)
    return DescentResult(
      tokens: final, activations: lagrangian.activations(at: final), stopReason: runs[0].result.stopReason,
      steps: runs[0].result.steps, trajectory: .joined(runs.map(\.result.trajectory)))
  }

  /// What the backward pass needs of one step.
  struct StoredStep: Sendable {
    let index: Int
    let tokens: Tensor<Scalar>
    let updateState: UpdateState<Scalar>
    let stepSize: Tensor<Scalar>
  }

  private func runStored(
    from tokens: Tokens<Scalar>, recording: [Recording<Scalar>]
  ) -> (result: DescentResult<Scalar>, steps: [StoredStep]) {
    var steps: [StoredStep] = []
    var before: DescentState<Scalar>?
    let result = runInPlace(from: tokens, recording: recording) { state in
      if let before {
        steps.append(
          StoredStep(
            index: before.steps, tokens: before.tokens.values, updateState: before.updateState,
            stepSize: state.stepSize ?? .zeros([1, 1, 1])))
      }
      before = state
    }
    return (result, steps)
  }

  /// Cotangents of the first tokens, the energy's dependencies and the other parameters.
  private func pullback(
    _ steps: [StoredStep], mask: TokenMask?, cotangent: Tensor<Scalar>
  ) -> [Tensor<Scalar>] {
    var total = StepCotangents(
      tokens: cotangent, arrays: [],
      dependencies: energy.dependencies.values.map { .zeros($0.shape) },
      parameters: otherParameters.map { .zeros($0.shape) })
    let isPlain = updateRule.isGradientStep && direction == .gradient && learnedSteps == nil
    let closed = isPlain ? summing ?? energy.closedForm : nil
    if closed is any SummingClosedForm<Scalar> {
      total.sums = total.dependencies.map { MatrixSum(zeros: $0.shape) }
    }
    for step in steps.reversed() {
      if let closed {
        pullBack(&total, through: step, mask, closed)
      } else {
        pullBack(&total, through: step, mask)
      }
    }
    if !total.sums.isEmpty {
      total.dependencies = zip(total.sums, total.dependencies).map { $0.tensor($1.shape) }
    }
    return [total.tokens] + total.dependencies + total.parameters
  }

  /// x' = x - alpha G(g(x)): the cotangent of G is u = -alpha times that of x', and the energy's own Hessian and
  /// mixed derivatives carry it to g and the parameters.
  private func pullBack(
    _ total: inout StepCotangents<Scalar>, through step: StoredStep, _ mask: TokenMask?,
    _ closed: any ClosedFormEnergy<Scalar>
  ) {
    let size = rates.map { step.stepSize * $0 } ?? step.stepSize
    let parameters = lagrangian.parameters
    func direction(_ g: Activations<Scalar>) -> Tensor<Scalar> { g.masking(total.tokens * -size) }
    // The gradient of the neurons' own energy is x itself.
    func carry(_ direction: Tensor<Scalar>, _ ofNorm: Tensor<Scalar>) {
      total.tokens = total.tokens + ofNorm
      if includesNeuronEnergy { total.tokens = total.tokens + direction }
    }
    if parameters.values.isEmpty, let layers = lagrangian as? PartitionedLagrangian<Scalar> {
      let tokens = Tokens(step.tokens, mask: mask)
      let g = layers.activations(at: tokens)
      let u = direction(g)
      carry(u, layers.hessianProductByLayer(total.pulledBack(closed, at: g, direction: u), at: tokens))
      return
    }
    let x = step.tokens.variable()
    let variables = parameters.values.map { $0.variable() }
    let norm = lagrangian.with(ParameterValues(names: parameters.names, values: variables))
    let g = norm.activations(at: Tokens(x, mask: mask))
    let plain = g.with(g.values.detached)
    let u = direction(plain)
    let ofNorm = gradients(
      of: g.values, withRespectTo: [x] + variables,
      cotangent: total.pulledBack(closed, at: plain, direction: u))
    carry(u, ofNorm[0])
    total.add(dependencies: [], parameters: Array(ofNorm.dropFirst()))
  }

  /// Any other step: differentiated as a whole, new tokens and arrays of the update rule together.
  private func pullBack(
    _ total: inout StepCotangents<Scalar>, through step: StoredStep, _ mask: TokenMask?
  ) {
    let x = step.tokens.variable()
    let arrays = step.updateState.arrays.map { $0.variable() }
    let dependencies = energy.dependencies.values.map { $0.variable() }
    let parameters = otherParameters.map { $0.variable() }
    let tracked = replacing(dependencies, parameters)
    var updateState = step.updateState
    updateState.arrays = arrays
    let tokens = Tokens(x, mask: mask)
    let evaluation = tracked.evaluate(tokens)
    let displacement = tracked.displacement(
      along: tracked.direction(of: evaluation, at: tokens, step: step.index), evaluation.activations,
      step.stepSize,
      state: &updateState)
    // <c, x'> + <c1, array 1> + ..., the arrays of the last step being of no use to anybody.
    let products = zip(updateState.arrays, total.arrays).map { ($0 * $1).sum() }
    let moved = tracked.moved(tokens, by: displacement, size: step.stepSize)
    let weighted = products.reduce((moved * total.tokens).sum()) { $0 + $1 }
    var found = gradients(of: weighted, withRespectTo: [x] + arrays + dependencies + parameters)[...]
    func take(_ count: Int) -> [Tensor<Scalar>] {
      defer { found = found.dropFirst(count) }
      return Array(found.prefix(count))
    }
    total.tokens = take(1)[0]
    total.arrays = take(arrays.count)
    total.add(dependencies: take(dependencies.count), parameters: take(parameters.count))
  }
}

/// The cotangents that travel back through the steps of a descent.
private struct StepCotangents<Scalar: TensorScalar> {
  var tokens: Tensor<Scalar>
  /// Of what the update rule keeps; none after the last step.
  var arrays: [Tensor<Scalar>]
  var dependencies: [Tensor<Scalar>]
  var parameters: [Tensor<Scalar>]
  /// Those of the dependencies, in the making, where the energy adds to sums; otherwise none.
  var sums: [MatrixSum<Scalar>] = []

  /// The Hessian of an energy times a direction; its derivatives by dependencies are added.
  mutating func pulledBack(
    _ energy: any ClosedFormEnergy<Scalar>, at g: Activations<Scalar>, direction: Tensor<Scalar>
  ) -> Tensor<Scalar> {
    if let summing = energy as? any SummingClosedForm<Scalar> {
      return summing.hessianVectorProduct(at: g, direction: direction, addingTo: sums)
    }
    let found = energy.gradientPullback(at: g, direction: direction)
    add(dependencies: found.dependencies, parameters: [])
    return found.hessianVectorProduct
  }

  mutating func add(dependencies more: [Tensor<Scalar>], parameters others: [Tensor<Scalar>]) {
    for index in more.indices { dependencies[index] = dependencies[index] + more[index] }
    for index in others.indices { parameters[index] = parameters[index] + others[index] }
  }
}
