import EnergyTransformer

/// Two examples of six tokens descend a block's energy, which never rises, until it hardly changes.
func descendBlock() -> DescentResult<Float> {
  var random = RandomStream(seed: 3)
  let block = EnergyTransformerBlock<Float>(
    .learning(dimension: 32, headCount: 4, keySize: 8, memoryCount: 64), using: &random)
  let tokens = Tokens<Float>(.normal([2, 6, 32], using: &random))

  let descent = EnergyDescent(
    of: block.energy, lagrangian: block.norm, stepSize: .backtracking(from: 0.5),
    stop: .any([.after(steps: 200), .energyChange(below: 0.05)]))
  let result = descent.run(from: tokens, recording: [.energies, .states(every: 10)])
  print(result.stopReason)  // which of the two rules it was
  for part in result.trajectory.series {  // attention, memory, total
    print(part.name, part.means[0], part.means[result.steps])
  }
  return result
}

/// The same descents, a step at a time.
func stepByStep(
  _ descent: EnergyDescent<EnergySum<Float>, LayerNormLagrangian<Float>>, from tokens: Tokens<Float>
) -> Tokens<Float> {
  var state = descent.start(from: tokens)
  while state.steps < 12 {
    descent.step(&state)
    print(state.steps, state.gradientCount)
  }
  return state.tokens
}
