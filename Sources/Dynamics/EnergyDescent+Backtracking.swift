import Energies
import Tensors

extension EnergyDescent {
  /// Takes a step whose size is shortened, for each example, until the energy does not rise.
  ///
  /// An example that rises at every try stays. Leaves the evaluation of the new tokens in the state.
  func backtrack(
    _ state: inout DescentState<Scalar>, _ evaluation: Evaluation<Scalar>, _ backtracking: Backtracking
  ) {
    let batch = state.tokens.values.shape[0]
    let before = evaluation.energy.total.elements
    var sizes = firstTries(state, batch, backtracking)
    for attempt in 0...backtracking.attempts + 1 {
      var next = state
      let size = Tensor(shape: [batch, 1, 1], elements: sizes)
      next.tokens.values = moved(state.tokens, evaluation, size, memory: &next.memory)
      let found = evaluate(next.tokens, state.fused)
      state.gradientCount += 1
      next.gradientCount = state.gradientCount
      let energies = found.energy.total.elements
      let rises = energies.indices.filter { sizes[$0] > 0 && !(energies[$0] <= before[$0]) }
      if rises.isEmpty {
        next.evaluation = found
        next.stepSize = size
        state = next
        return
      }
      for example in rises {
        sizes[example] = attempt < backtracking.attempts ? sizes[example] * Scalar(backtracking.factor) : 0
      }
    }
    fatalError("backtracking ended with an example that neither moves nor stays")
  }

  /// The size that each example tries first.
  private func firstTries(
    _ state: DescentState<Scalar>, _ batch: Int, _ backtracking: Backtracking
  ) -> [Scalar] {
    let size = Scalar(stepSize.size(at: state.steps))
    guard let growth = backtracking.growth, let last = state.stepSize?.elements, last.count == batch else {
      return [Scalar](repeating: size, count: batch)
    }
    return last.map { size == 0 || $0 == 0 ? size : $0 * Scalar(growth) }
  }
}
