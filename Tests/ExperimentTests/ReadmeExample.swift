import EnergyTransformer

struct Chain: Energy {  // neighbours attract each other: an energy of one's own needs one method
  func energy(at g: Activations<Float>) -> Tensor<Float> {
    let (x, n) = (g.realValues, g.values.shape[1])  // padding is zero, and adds nothing
    return -(x.sliced(axis: 1, 0..<n - 1) * x.sliced(axis: 1, 1..<n)).sum(axes: [1, 2])
  }
}

func descendTwoEnergies() -> DescentResult<Float> {
  var random = RandomStream(seed: 1)
  let memory = HopfieldEnergy<Float>(memories: .normal([16, 24], using: &random))
  let descent = EnergyDescent(
    of: memory + Chain(), lagrangian: LayerNormLagrangian(dimension: 16),
    stepSize: .constant(0.01), stop: .after(steps: 12))
  let result = descent.run(from: Tokens(.normal([1, 5, 16], using: &random)), recording: [.energies])
  for (step, energy) in result.trajectory.energies.enumerated() {
    print(step, energy.total.elements[0], energy.parts.map { "\($0.name) \($0.energy.elements[0])" })
  }
  return result
}
