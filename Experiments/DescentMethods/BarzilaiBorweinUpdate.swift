import EnergyTransformer

/// Plain descent whose step size follows, for each example, from its last step s and the change y of its gradient:
/// ⟨s, s⟩ / |⟨s, y⟩| (long) or |⟨s, y⟩| / ⟨y, y⟩ (short), within 1/10 and 100 of the first. The step size of the descent
/// is a factor, so that backtracking can shorten it.
///
/// The absolute value is needed: these energies curve downwards along a descent.
///
/// - Source: Barzilai and Borwein 1988, equations 5 and 6.
struct BarzilaiBorweinUpdate: UpdateRule {
  let first: Double
  let isLong: Bool

  func displacement<Scalar>(
    gradient: Tensor<Scalar>, stepSize: Tensor<Scalar>, memory: inout UpdateMemory<Scalar>
  ) -> Tensor<Scalar> {
    var sizes = [Scalar](repeating: Scalar(first), count: gradient.shape[0])
    if let step = memory.velocity, let last = memory.history.first {
      let change = gradient - last
      let mixed = (step * change).sum(axes: [1, 2]).elements
      let square = (isLong ? step : change).squared().sum(axes: [1, 2]).elements
      for example in sizes.indices {
        let slope = abs(mixed[example])
        let size = isLong ? square[example] / slope : slope / square[example]
        if size.isFinite { sizes[example] = min(max(size, Scalar(first / 10)), Scalar(first * 100)) }
      }
    }
    let change = -(gradient * (stepSize * Tensor(shape: [sizes.count, 1, 1], elements: sizes)))
    memory.velocity = change
    memory.history = [gradient]
    return change
  }
}
