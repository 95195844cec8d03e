import EnergyTransformer

/// How a descent of a block beside an energy of one's own is computed.
func waysOfDescent() -> DescentComputation {
  var random = RandomStream(seed: 13)
  let block = EnergyTransformerBlock<Float>(
    .learning(dimension: 16, headCount: 2, keySize: 8, memoryCount: 32), using: &random)
  let descent = EnergyDescent(
    of: block.energy + Chain(), lagrangian: block.norm, stepSize: .constant(0.1), stop: .after(steps: 12))
  let ways = descent.computation(from: Tokens(.zeros([1, 5, 16])))
  print(ways)
  return ways
}
