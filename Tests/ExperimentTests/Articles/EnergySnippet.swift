import EnergyTransformer

/// The energies of two examples, before and after a step along -dE/dg.
func energiesOfOneStep() -> (before: [Float], after: [Float]) {
  var random = RandomStream(seed: 1)
  let norm = LayerNormLagrangian<Float>(dimension: 16)
  let energy = HopfieldEnergy<Float>(memories: .normal([16, 24], using: &random))

  let x = Tokens<Float>(.normal([2, 5, 16], using: &random))  // what moves: 2 examples of 5 tokens
  let g = norm.activations(at: x)  // what the energy sees
  let slope = energy.gradient(at: g)  // dE/dg, of the shape of g
  let next = Tokens(x.values - slope * 0.01)  // a step of x

  let before = energy.energy(at: g)  // one number an example, [2]
  let after = energy.energy(at: norm.activations(at: next))
  return (before.elements, after.elements)
}
