import EnergyTransformer

/// Two energies of one's choice, summed, descended and read.
func tenTypes() -> Tensor<Float> {
  var random = RandomStream(seed: 14)  // where every random number comes from
  let numbers = Tensor<Float>.normal([1, 4, 8], using: &random)  // an array: batch, tokens, dimension
  let x = Tokens(numbers)  // the state that moves
  let norm = LayerNormLagrangian<Float>(dimension: 8)  // a Lagrangian
  let g: Activations<Float> = norm.activations(at: x)  // what energies see

  let memory = HopfieldEnergy<Float>(memories: .normal([8, 16], using: &random))  // an Energy
  let attention = AttentionEnergy<Float>(
    queryWeights: .normal([2, 4, 8], using: &random), keyWeights: .normal([2, 4, 8], using: &random))
  let sum = attention + memory  // an EnergySum, whose parts are reported by name
  print(sum.energyByPart(at: g).parts.map(\.name))

  let descent = EnergyDescent(
    of: sum, lagrangian: norm, stepSize: .constant(0.01), stop: .after(steps: 12))
  let result: DescentResult<Float> = descent.run(from: x, recording: [.energies])
  let answer = result.activations.values  // what a decoder reads
  return answer
}
