import EnergyTransformer

/// Neighbours attract each other: an energy of one's own needs one method.
struct Chain: Energy {
  func energy(at g: Activations<Float>) -> Tensor<Float> {
    let last = g.values.shape[1] - 1
    let left = g.values.sliced(axis: 1, 0..<last)
    let right = g.values.sliced(axis: 1, 1..<last + 1)
    return -(left * right).sum(axes: [1, 2])
  }
}

func descendThreeEnergies() -> DescentResult<Float> {
  var random = RandomStream(seed: 1)
  let attention = AttentionEnergy<Float>(
    queryWeights: .normal([2, 4, 16], using: &random), keyWeights: .normal([2, 4, 16], using: &random))
  let memory = HopfieldEnergy<Float>(memories: .normal([16, 24], using: &random))
  let descent = EnergyDescent(
    of: attention + memory + Chain(), lagrangian: LayerNormLagrangian(dimension: 16),
    stepSize: .constant(0.002), stop: .after(steps: 12))
  let result = descent.run(from: Tokens(.normal([1, 5, 16], using: &random)), recording: [.energies])
  for (step, energy) in result.trajectory.energies.enumerated() {
    print(step, energy.total.elements[0], energy.parts.map { "\($0.name) \($0.energy.elements[0])" })
  }
  return result
}
